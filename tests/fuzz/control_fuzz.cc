// Any bytes over the control socket, cut anywhere: the same messages, and one complete reply to each.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "supervisor/control/inbox.h"
#include "supervisor/control/methods.h"
#include "supervisor/control/wire.h"
#include "tests/unit/control_sample.h"

namespace {

using scsup::control::Inbox;
using scsup::control::Json;

void require(bool condition) {
  if (!condition) std::abort();
}

std::vector<std::string> messages(std::string_view stream, std::size_t step) {
  Inbox inbox(1000);
  std::vector<std::string> all;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    inbox.add(stream.substr(at, step));
    for (;;) {
      const auto message = inbox.next();
      if (!message) return all;
      if (!*message) break;
      require((**message).size() <= 1000);
      all.push_back(**message);
    }
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::vector<std::string> whole = messages(stream, size);
  require(messages(stream, 1 + bytes[0] % 16) == whole);
  scsup::control::SampleService service;
  for (const std::string& message : whole) {
    const auto answered = scsup::control::answer(service, message);
    if (answered.reply.empty()) continue;  // "oneway"
    require(answered.reply.find('\0') == answered.reply.size() - 1);
    const Json reply = Json::parse(answered.reply.substr(0, answered.reply.size() - 1), nullptr, false);
    require(reply.is_object() && reply.contains("parameters"));
    require(!answered.hang_up || reply["error"] == "io.scsup.control.BrokenMessage");
    scsup::control::Inspection read;  // a client accepts any reply
    scsup::control::from_wire(reply["parameters"], read);
  }
  if (const Json json = Json::parse(stream, nullptr, false); json.is_object()) {
    scsup::control::Inspection inspection;
    scsup::control::from_wire(json, inspection);
    scsup::control::Reloaded reloaded;
    scsup::control::from_wire(json, reloaded);
  }
  return 0;
}

// However a runtime's message is cut, the verdict is the same; and an error is a sentence.
//
// The first byte seeds the sizes of the pieces, the rest is the message.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "supervisor/oci/state_message.h"

namespace {

using scsup::oci::StateMessage;

scsup::Chunk chunk(std::string_view bytes, bool first) {
  scsup::Chunk result;
  result.bytes = bytes;
  if (first) result.fds.emplace_back();
  return result;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes + 1), size - 1);
  StateMessage at_once;
  at_once.feed(chunk(text, true));

  StateMessage in_pieces;
  std::uint32_t random = bytes[0];
  for (std::size_t at = 0; at < text.size();) {
    random = random * 1664525 + 1013904223;
    const std::size_t length = bytes[0] == 0 ? 1 : 1 + (random >> 24) % 32;
    in_pieces.feed(chunk(text.substr(at, length), at == 0));
    at += length;
  }
  require(at_once.progress() == in_pieces.progress());
  if (at_once.progress() == StateMessage::Progress::more) at_once.feed({});
  require((at_once.progress() == StateMessage::Progress::broken) == !at_once.mistake().empty());
  require(at_once.mistake().size() < 300);
  if (at_once.progress() != StateMessage::Progress::complete) return 0;
  require(!at_once.state().id.empty() && at_once.state().id == in_pieces.state().id);
  require(at_once.state().names.name.size() <= scsup::oci::name_limit);
  require(at_once.state().annotations == in_pieces.state().annotations);
  return 0;
}

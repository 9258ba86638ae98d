// scsup-audit keygen: makes the key that seals a log.
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "analysis/command.h"
#include "base/fd.h"
#include "base/say.h"

namespace scsup::analysis {
namespace {

constexpr const char* keygen_usage =
    "Usage: scsup-audit keygen FILE\n"
    "\n"
    "Makes a new key in FILE (mode 0600) for \"seal\": {\"key\": FILE} in scsup-config(5), and prints it. "
    "Keep what\n"
    "is printed where the supervisor's machine can't read it: scsup-audit verify --key wants it. The file\n"
    "changes with each seal, and the old key can't be made of the new one.\n";

std::string random_hex() {
  unsigned char bytes[32];
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
    throw std::runtime_error("there are no random numbers");
  std::string hex;
  for (const unsigned char byte : bytes) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace

int command_keygen(const Arguments& arguments) {
  const Options given(arguments, {});
  if (given.has("help")) {
    std::fputs(help(keygen_usage, {}).c_str(), stdout);
    return 0;
  }
  if (given.rest().size() != 1) throw UsageError("keygen takes the name of the file to make");
  const std::string& file = given.rest().front();
  const std::string key = random_hex(), text = "scsup-seal-key 1 0000000000000000 " + key + "\n";
  const Fd fd(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd || write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      fsync(fd.get()) != 0)
    throw std::runtime_error("cannot make '" + file + "': " + std::strerror(errno));
  std::puts(key.c_str());
  say(Severity::info,
      "keep this key elsewhere; scsup-audit verify --key wants it, and nothing can make it again");
  return 0;
}

}  // namespace scsup::analysis

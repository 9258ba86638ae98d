// What decode() accepts is exactly what encode() makes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/handshake.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view packet(reinterpret_cast<const char*>(bytes), size);
  const auto message = scsup::handshake::decode(packet);
  if (message ? scsup::handshake::encode(*message) != packet : message.error().text().empty()) std::abort();
  return 0;
}

#include <cstdint>

#include "supervisor/policy/paths/glob.h"

namespace scsup {
namespace {

constexpr std::uint32_t stray_base = 0x10ff00;

bool continues(unsigned char byte) { return (byte & 0xc0) == 0x80; }

}  // namespace

std::size_t character_length(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0; };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (!continues(at(1))) return 0;
  if (lead < 0xe0) return 2;
  if (!continues(at(2))) return 0;
  if (lead == 0xe0 && at(1) < 0xa0) return 0;  // overlong
  if (lead == 0xed && at(1) > 0x9f) return 0;  // surrogates
  if (lead < 0xf0) return 3;
  if (!continues(at(3))) return 0;
  if (lead == 0xf0 && at(1) < 0x90) return 0;  // overlong
  if (lead == 0xf4 && at(1) > 0x8f) return 0;  // above U+10FFFF
  // U+10FF80 to U+10FFFF stand for stray bytes (as_characters), so they don't count as characters themselves.
  if (lead == 0xf4 && at(1) == 0x8f && at(2) >= 0xbe) return 0;
  return 4;
}

std::string_view as_characters(std::string_view bytes, std::string& room) {
  room.clear();
  std::size_t i = 0;
  while (i < bytes.size()) {
    const std::size_t length = character_length(bytes.substr(i));
    if (length == 0) break;
    i += length;
  }
  if (i == bytes.size()) return bytes;

  room.reserve(bytes.size() + 16);
  room.assign(bytes.substr(0, i));
  while (i < bytes.size()) {
    const std::size_t length = character_length(bytes.substr(i));
    if (length > 0) {
      room.append(bytes.substr(i, length));
      i += length;
      continue;
    }
    const std::uint32_t code = stray_base + static_cast<unsigned char>(bytes[i++]);
    room += static_cast<char>(0xf0 | code >> 18);
    room += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    room += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    room += static_cast<char>(0x80 | (code & 0x3f));
  }
  return room;
}

}  // namespace scsup

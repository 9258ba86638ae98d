#include "base/printable.h"

namespace scsup {
namespace {

// The length of the well-formed UTF-8 character that `text` starts with (Unicode, table 3-7); 0 if there is
// none.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continued = [&](std::size_t length, unsigned char low = 0x80, unsigned char high = 0xbf) {
    if (text.size() < length || byte(1) < low || byte(1) > high) return std::size_t{0};
    for (std::size_t i = 2; i < length; ++i)
      if ((byte(i) & 0xc0) != 0x80) return std::size_t{0};
    return length;
  };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return continued(2);
  if (first == 0xe0) return continued(3, 0xa0);
  if (first == 0xed) return continued(3, 0x80, 0x9f);
  if (first > 0xe0 && first < 0xf0) return continued(3);
  if (first == 0xf0) return continued(4, 0x90);
  if (first == 0xf4) return continued(4, 0x80, 0x8f);
  if (first > 0xf0 && first < 0xf4) return continued(4);
  return 0;
}

// Not control characters, of which U+0080 to U+009F drive terminals too (U+009B is ESC [), and not characters that
// change the direction of the text around them.
bool may_be_shown(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first >= 0x20 && first != 0x7f;
  if (first == 0xc2) return static_cast<unsigned char>(character[1]) >= 0xa0;
  for (const char* turning : {"\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
                              "\u2066", "\u2067", "\u2068", "\u2069"})
    if (character == turning) return false;
  return true;
}

}  // namespace

std::string printable(std::string_view bytes, Backslash backslash) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = character(bytes);
    const bool hidden = length == 0 || !may_be_shown(bytes.substr(0, length)) ||
                        (bytes[0] == '\\' && backslash == Backslash::escaped);
    if (!hidden) {
      out += bytes.substr(0, length);
      bytes.remove_prefix(length);
      continue;
    }
    const auto byte = static_cast<unsigned char>(bytes[0]);  // byte by byte: each is written as \ooo
    out += '\\';
    for (const int shift : {6, 3, 0}) out += static_cast<char>('0' + (byte >> shift & 7));
    bytes.remove_prefix(1);
  }
  return out;
}

}  // namespace scsup

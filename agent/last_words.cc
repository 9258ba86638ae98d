#include "agent/last_words.h"

#include <unistd.h>

#include <array>

namespace scsup::agent {
namespace {

// Length of the well-formed UTF-8 character that `text` starts with (Unicode, table 3-7); 0 if there is none
// or if it is a control character.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continued = [&](std::size_t length, unsigned char low = 0x80, unsigned char high = 0xbf) {
    if (text.size() < length || byte(1) < low || byte(1) > high) return std::size_t{0};
    for (std::size_t i = 2; i < length; ++i)
      if ((byte(i) & 0xc0) != 0x80) return std::size_t{0};
    return length;
  };
  const unsigned char first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f;
  if (first == 0xc2) return continued(2, 0xa0);  // U+0080 to U+009F are controls: U+009B is ESC [
  if (first > 0xc2 && first < 0xe0) return continued(2);
  if (first == 0xe0) return continued(3, 0xa0);
  if (first == 0xed) return continued(3, 0x80, 0x9f);
  if (first > 0xe0 && first < 0xf0) return continued(3);
  if (first == 0xf0) return continued(4, 0x90);
  if (first == 0xf4) return continued(4, 0x80, 0x8f);
  if (first > 0xf0 && first < 0xf4) return continued(4);
  return 0;
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string shown;
  while (!text.empty()) {
    std::size_t length = character(text);
    if (length > 0) {
      shown += text.substr(0, length);
    } else {
      const auto byte = static_cast<unsigned char>(text[0]);
      shown += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
      length = 1;
    }
    text.remove_prefix(length);
  }
  return shown;
}

void end(int status, std::string_view sentence) {
  const std::string line = "scsup: " + printable(sentence) + "\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  ::_exit(status);
}

}  // namespace scsup::agent

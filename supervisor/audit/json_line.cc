#include "supervisor/audit/json_line.h"

#include <charconv>
#include <cstring>

namespace scsup {

namespace {

// Length of the well-formed UTF-8 sequence at the start of `s` (RFC 3629: no surrogates, no overlong forms), or 0.
std::size_t utf8_length(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const auto continued = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      if ((byte(i) & 0xc0) != 0x80) return false;
    return true;
  };
  const unsigned char b = byte(0);
  if (b < 0x80) return 1;
  if (b >= 0xc2 && b <= 0xdf) return s.size() >= 2 && continued(1, 2) ? 2 : 0;
  if (b >= 0xe0 && b <= 0xef) {
    if (s.size() < 3 || !continued(1, 3)) return 0;
    if ((b == 0xe0 && byte(1) < 0xa0) || (b == 0xed && byte(1) > 0x9f)) return 0;
    return 3;
  }
  if (b >= 0xf0 && b <= 0xf4) {
    if (s.size() < 4 || !continued(1, 4)) return 0;
    if ((b == 0xf0 && byte(1) < 0x90) || (b == 0xf4 && byte(1) > 0x8f)) return 0;
    return 4;
  }
  return 0;
}

// Tests eight bytes at a time, by their high bits. False is certain; true may be wrong.
bool may_need_escape(const char* eight) {
  constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  const auto has = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes & highs; };  // finds a zero byte
  std::uint64_t bytes;
  std::memcpy(&bytes, eight, sizeof bytes);
  const std::uint64_t controls = (bytes - 0x20 * ones) & ~bytes & highs;
  return ((bytes & highs) | controls | has(bytes ^ (ones * '"')) | has(bytes ^ (ones * '\\')) |
          has(bytes ^ (ones * 0x7f))) != 0;
}

bool needs_no_escape(unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

constexpr std::size_t widest = 24;  // of a number, with quotes and 0x
constexpr char hex_digits[] = "0123456789abcdef";

}  // namespace

void JsonLine::begin(std::string_view name, std::size_t room) {
  need(name.size() + 4 + room);
  if (size_ != 0 && bytes_[size_ - 1] != '{' && bytes_[size_ - 1] != '[') put(',');
  if (name.empty()) return;
  put('"');
  put(name);
  put("\":");
}

void JsonLine::digits(std::uint64_t value, unsigned base) {
  char* const at = &bytes_[size_];
  size_ += static_cast<std::size_t>(std::to_chars(at, at + widest, value, static_cast<int>(base)).ptr - at);
}

// False if it contained bytes that are not UTF-8.
bool JsonLine::escaped(std::string_view value) {
  bool clean = true;
  need(6 * value.size());  // \u00xx
  const auto unicode = [this](unsigned char c) {
    put("\\u00");
    put(hex_digits[c >> 4]);
    put(hex_digits[c & 15]);
  };
  while (!value.empty()) {
    std::size_t plain = 0;
    while (plain + 8 <= value.size() && !may_need_escape(value.data() + plain)) plain += 8;
    while (plain < value.size() && needs_no_escape(static_cast<unsigned char>(value[plain]))) ++plain;
    put(value.substr(0, plain));
    value.remove_prefix(plain);
    if (value.empty()) break;
    const unsigned char c = static_cast<unsigned char>(value[0]);
    const std::size_t length = utf8_length(value);
    // C1 controls (U+0080 to U+009F) drive terminals as well as escape sequences do.
    const bool c1 = length == 2 && c == 0xc2 && static_cast<unsigned char>(value[1]) < 0xa0;
    if (c == '"' || c == '\\') {
      put('\\');
      put(static_cast<char>(c));
    } else if (length == 0) {
      put("\xef\xbf\xbd");
      clean = false;
    } else if (length == 1 || c1) {
      unicode(static_cast<unsigned char>(value[length - 1]));
    } else {
      put(value.substr(0, length));
    }
    value.remove_prefix(length == 0 ? 1 : length);
  }
  return clean;
}

void JsonLine::base64(std::string_view bytes) {
  constexpr char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  need(bytes.size() * 4 / 3 + 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = static_cast<unsigned char>(bytes[i]) << 16;
    if (i + 1 < bytes.size()) group |= static_cast<unsigned char>(bytes[i + 1]) << 8;
    if (i + 2 < bytes.size()) group |= static_cast<unsigned char>(bytes[i + 2]);
    put(digit[group >> 18]);
    put(digit[group >> 12 & 63]);
    put(i + 1 < bytes.size() ? digit[group >> 6 & 63] : '=');
    put(i + 2 < bytes.size() ? digit[group & 63] : '=');
  }
}

JsonLine& JsonLine::open(std::string_view name) {
  begin(name, 1);
  put('{');
  return *this;
}

JsonLine& JsonLine::close() {
  need(1);
  put('}');
  return *this;
}

JsonLine& JsonLine::open_list(std::string_view name) {
  begin(name, 1);
  put('[');
  return *this;
}

JsonLine& JsonLine::close_list() {
  need(1);
  put(']');
  return *this;
}

JsonLine& JsonLine::text(std::string_view name, std::string_view value) {
  begin(name, 1);
  put('"');
  const bool clean = escaped(value);
  need(1);
  put('"');
  if (clean) return *this;
  need(name.size() + 9);
  put(",\"");
  put(name);
  put("_b64\":\"");
  base64(value);
  need(1);
  put('"');
  return *this;
}

JsonLine& JsonLine::word(std::string_view name, std::string_view value) {
  begin(name, value.size() + 2);
  put('"');
  put(value);
  put('"');
  return *this;
}

JsonLine& JsonLine::number(std::string_view name, std::int64_t value) {
  begin(name, widest);
  if (value < 0) put('-');
  digits(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value), 10);
  return *this;
}

JsonLine& JsonLine::hex(std::string_view name, std::uint64_t value) {
  begin(name, widest);
  put("\"0x");
  digits(value, 16);
  put('"');
  return *this;
}

JsonLine& JsonLine::octal(std::string_view name, std::uint32_t value) {
  begin(name, widest);
  put("\"0");
  if (value != 0) digits(value, 8);
  put('"');
  return *this;
}

JsonLine& JsonLine::boolean(std::string_view name, bool value) {
  begin(name, 5);
  put(value ? "true" : "false");
  return *this;
}

JsonLine& JsonLine::item_hex(std::uint64_t value) { return hex({}, value); }

JsonLine& JsonLine::item_text(std::string_view value) {
  begin({}, 1);
  put('"');
  escaped(value);
  need(1);
  put('"');
  return *this;
}

JsonLine& JsonLine::members(std::string_view rendered) {
  if (rendered.empty()) return *this;
  begin({}, rendered.size());
  put(rendered);
  return *this;
}

JsonLine& JsonLine::end_line() {
  need(1);
  put('\n');
  return *this;
}

}  // namespace scsup

#include "supervisor/audit/json_line.h"

#include <charconv>

namespace scsup {

namespace {

// Length of the well-formed UTF-8 sequence at the start of `s` (RFC 3629: no surrogates, nothing overlong), or 0.
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

bool needs_no_escape(unsigned char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

// Appends `value` escaped; false when it held bytes that are no UTF-8.
bool append_escaped(std::string& out, std::string_view value) {
  bool clean = true;
  while (!value.empty()) {
    std::size_t plain = 0;
    while (plain < value.size() && needs_no_escape(static_cast<unsigned char>(value[plain]))) ++plain;
    out += value.substr(0, plain);
    value.remove_prefix(plain);
    if (value.empty()) break;
    const unsigned char c = static_cast<unsigned char>(value[0]);
    if (c < 0x80) {
      constexpr char hex[] = "0123456789abcdef";
      if (c == '"' || c == '\\') {
        out += '\\';
        out += static_cast<char>(c);
      } else {
        out += "\\u00";
        out += hex[c >> 4];
        out += hex[c & 15];
      }
      value.remove_prefix(1);
      continue;
    }
    const std::size_t length = utf8_length(value);
    // C1 controls (U+0080 to U+009F) drive terminals as well as escape sequences do.
    const bool c1 = length == 2 && c == 0xc2 && static_cast<unsigned char>(value[1]) < 0xa0;
    if (length == 0) {
      out += "\xef\xbf\xbd";
      clean = false;
    } else if (c1) {
      constexpr char hex[] = "0123456789abcdef";
      out += "\\u00";
      out += hex[static_cast<unsigned char>(value[1]) >> 4];
      out += hex[static_cast<unsigned char>(value[1]) & 15];
    } else {
      out += value.substr(0, length);
    }
    value.remove_prefix(length == 0 ? 1 : length);
  }
  return clean;
}

void append_base64(std::string& out, std::string_view bytes) {
  constexpr char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = static_cast<unsigned char>(bytes[i]) << 16;
    if (i + 1 < bytes.size()) group |= static_cast<unsigned char>(bytes[i + 1]) << 8;
    if (i + 2 < bytes.size()) group |= static_cast<unsigned char>(bytes[i + 2]);
    out += digit[group >> 18];
    out += digit[group >> 12 & 63];
    out += i + 1 < bytes.size() ? digit[group >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? digit[group & 63] : '=';
  }
}

}  // namespace

void JsonLine::comma() {
  if (!out_.empty() && out_.back() != '{' && out_.back() != '[') out_ += ',';
}

void JsonLine::name(std::string_view name) {
  comma();
  if (name.empty()) return;
  out_ += '"';
  out_ += name;
  out_ += "\":";
}

void JsonLine::digits(std::uint64_t value, unsigned base) {
  char buffer[24];
  out_.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value, static_cast<int>(base)).ptr);
}

JsonLine& JsonLine::open(std::string_view n) {
  name(n);
  out_ += '{';
  return *this;
}

JsonLine& JsonLine::close() {
  out_ += '}';
  return *this;
}

JsonLine& JsonLine::open_list(std::string_view n) {
  name(n);
  out_ += '[';
  return *this;
}

JsonLine& JsonLine::close_list() {
  out_ += ']';
  return *this;
}

JsonLine& JsonLine::text(std::string_view n, std::string_view value) {
  name(n);
  out_ += '"';
  const bool clean = append_escaped(out_, value);
  out_ += '"';
  if (clean) return *this;
  out_ += ",\"";
  out_ += n;
  out_ += "_b64\":\"";
  append_base64(out_, value);
  out_ += '"';
  return *this;
}

JsonLine& JsonLine::word(std::string_view n, std::string_view value) {
  name(n);
  out_ += '"';
  out_ += value;
  out_ += '"';
  return *this;
}

JsonLine& JsonLine::number(std::string_view n, std::int64_t value) {
  name(n);
  if (value < 0) out_ += '-';
  digits(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value), 10);
  return *this;
}

JsonLine& JsonLine::hex(std::string_view n, std::uint64_t value) {
  name(n);
  out_ += "\"0x";
  digits(value, 16);
  out_ += '"';
  return *this;
}

JsonLine& JsonLine::octal(std::string_view n, std::uint32_t value) {
  name(n);
  out_ += "\"0";
  if (value != 0) digits(value, 8);
  out_ += '"';
  return *this;
}

JsonLine& JsonLine::boolean(std::string_view n, bool value) {
  name(n);
  out_ += value ? "true" : "false";
  return *this;
}

JsonLine& JsonLine::item_hex(std::uint64_t value) { return hex({}, value); }

JsonLine& JsonLine::item_text(std::string_view value) {
  comma();
  out_ += '"';
  append_escaped(out_, value);
  out_ += '"';
  return *this;
}

JsonLine& JsonLine::members(std::string_view rendered) {
  if (rendered.empty()) return *this;
  comma();
  out_ += rendered;
  return *this;
}

JsonLine& JsonLine::end_line() {
  out_ += '\n';
  return *this;
}

}  // namespace scsup

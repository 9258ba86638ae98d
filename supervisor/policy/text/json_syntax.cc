#include "supervisor/policy/text/json_syntax.h"

#include <algorithm>
#include <cctype>

namespace scsup {
namespace {

using After = JsonState::After;

bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

Diagnostic error(Place place, std::string message) {
  return {Diagnostic::Severity::error, place, std::move(message)};
}

// The word, number or sign at the cursor.
std::string_view word(const Cursor& cursor) {
  std::string_view rest = cursor.rest();
  std::size_t length = 0;
  while (length < rest.size() && length < 24) {
    auto c = static_cast<unsigned char>(rest[length]);
    if (!std::isalnum(c) && c != '_' && c != '-' && c != '+' && c != '.' && c < 0x80) break;
    ++length;
  }
  return rest.substr(0, std::max<std::size_t>(length, 1));
}

std::string found(const Cursor& cursor) { return in_quotes(word(cursor)); }

// The cursor is at the opening quote of a broken string.
Diagnostic explain_string(Cursor cursor) {
  Place start = cursor.place();
  for (cursor.advance(1); !cursor.at_end(); cursor.advance(1)) {
    auto c = static_cast<unsigned char>(cursor.peek());
    if (c == '"') break;
    if (c == '\n' || c == '\r')
      return error(start, "the string that begins here is not closed on its line: '\"' is missing");
    if (c < 0x20)
      return error(cursor.place(),
                   "a control character in a string is written as an escape, such as \\t or \\u0009");
    if (c != '\\') continue;
    std::string_view rest = cursor.rest();
    if (rest.size() < 2) break;
    char escape = rest[1];
    if (escape != 'u') {
      if (std::string_view("\"\\/bfnrt").find(escape) == std::string_view::npos)
        return error(cursor.place(), "unknown escape " + in_quotes(rest.substr(0, 2)) +
                                         " in a string; a backslash is written \\\\");
      cursor.advance(1);
      continue;
    }
    auto hex = [&rest](std::size_t from) {
      return rest.size() >= from + 4 && std::all_of(rest.begin() + from, rest.begin() + from + 4, is_hex);
    };
    if (!hex(2)) return error(cursor.place(), "\\u needs four hexadecimal digits");
    char third = static_cast<char>(std::tolower(static_cast<unsigned char>(rest[3])));
    bool surrogate = (rest[2] == 'd' || rest[2] == 'D') && third >= '8';
    if (surrogate) {
      char low =
          rest.size() >= 12 ? static_cast<char>(std::tolower(static_cast<unsigned char>(rest[9]))) : '0';
      bool paired = third <= 'b' && rest.size() >= 12 && rest[6] == '\\' && rest[7] == 'u' && hex(8) &&
                    (rest[8] == 'd' || rest[8] == 'D') && low >= 'c';
      if (!paired) return error(cursor.place(), "half of a surrogate pair: \\ud800 to \\udfff come in pairs");
      cursor.advance(6);
    }
    cursor.advance(5);
  }
  if (cursor.at_end() || cursor.peek() != '"')
    return error(start, "the string that begins here is never closed: '\"' is missing");
  return error(start, "this string is broken");
}

Diagnostic unexpected(const Cursor& cursor, const std::string& expected) {
  if (cursor.at_end()) return error(cursor.place(), "the file ends too early: expected " + expected);
  if (cursor.peek() == '/' || cursor.peek() == '#')
    return error(cursor.place(), "JSON has no comments; use a \"comment\" key");
  if (cursor.peek() == '\'')
    return error(cursor.place(), "JSON strings are written in double quotes: expected " + expected);
  return error(cursor.place(), "expected " + expected + ", found " + found(cursor));
}

// At a place where a value is expected.
Diagnostic explain_value(const Cursor& cursor, const std::string& expected) {
  if (cursor.at_end()) return unexpected(cursor, expected);
  if (cursor.peek() == '"') return explain_string(cursor);
  std::string_view number = leading_number(cursor.rest());
  if (!number.empty()) {
    return error(cursor.place(), "the number " + found(cursor) + " is malformed or out of range");
  }
  return unexpected(cursor, expected);
}

std::string closing(const char* what, const JsonState& state) {
  return std::string(what) + " for the bracket opened at " + std::to_string(state.opened.line) + ":" +
         std::to_string(state.opened.column);
}

// JSON reads 0700 as 0 followed by something else.
std::optional<Diagnostic> explain_leading_zero(const Cursor& cursor) {
  if (cursor.previous() != '0') return std::nullopt;
  Place place = cursor.place();
  --place.column;
  if (std::isdigit(static_cast<unsigned char>(cursor.peek()))) {
    std::string number = "0" + std::string(leading_number(cursor.rest()));
    return error(place, "a JSON number doesn't begin with 0: " + in_quotes(number) +
                            "; JSON has no octal numbers, a mode is a string like \"0700\"");
  }
  if (cursor.peek() == 'x' || cursor.peek() == 'X')
    return error(place, "JSON numbers are decimal, found " + in_quotes("0" + std::string(word(cursor))));
  return std::nullopt;
}

}  // namespace

void Cursor::advance(std::size_t count) {
  for (; count > 0 && offset_ < text_.size(); --count)
    if (text_[offset_++] == '\n') {
      ++line_;
      line_start_ = offset_;
    }
}

void Cursor::skip_space() {
  while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) advance(1);
}

Diagnostic explain_broken_json(Cursor cursor, const JsonState& state, std::string_view kind) {
  if (auto zero = explain_leading_zero(cursor)) return *zero;
  cursor.skip_space();
  bool comma = cursor.peek() == ',';
  switch (state.after) {
    case After::nothing:
      if (cursor.at_end())
        return error({1, 1}, "the file is empty: expected a " + std::string(kind) + ", '{...}'");
      return explain_value(cursor, "a " + std::string(kind) + ", '{...}'");
    case After::open_object:
      if (cursor.peek() == '"') return explain_string(cursor);
      return unexpected(cursor,
                        cursor.at_end() ? closing("a key or '}'", state) : "a key in double quotes or '}'");
    case After::key:
      if (cursor.peek() != ':') return unexpected(cursor, "':' after the key");
      cursor.advance(1);
      cursor.skip_space();
      return explain_value(cursor, "a value after ':'");
    case After::member:
      if (!comma) return unexpected(cursor, cursor.at_end() ? closing("',' or '}'", state) : "',' or '}'");
      cursor.advance(1);
      cursor.skip_space();
      if (cursor.peek() == '"') return explain_string(cursor);
      if (cursor.peek() == '}')
        return unexpected(cursor, "another key after ',' (JSON has no trailing comma)");
      return unexpected(cursor, "a key in double quotes after ','");
    case After::open_array:
      return explain_value(cursor, cursor.at_end() ? closing("a value or ']'", state) : "a value or ']'");
    case After::element:
      if (!comma) return unexpected(cursor, cursor.at_end() ? closing("',' or ']'", state) : "',' or ']'");
      cursor.advance(1);
      cursor.skip_space();
      if (cursor.peek() == ']')
        return unexpected(cursor, "another value after ',' (JSON has no trailing comma)");
      return explain_value(cursor, "a value after ','");
    case After::root:
      return unexpected(cursor, "the end of the file after the policy");
  }
  return error(cursor.place(), "this is no JSON");
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t more = lead >= 0xc2 && lead <= 0xdf   ? 1
                       : lead >= 0xe0 && lead <= 0xef ? 2
                       : lead >= 0xf0 && lead <= 0xf4 ? 3
                                                      : 0;
    if (more == 0 || text.size() - i <= more) return i;
    for (std::size_t k = 1; k <= more; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return i;
    // Overlong forms, surrogates and anything above U+10FFFF (RFC 3629, section 4).
    auto second = static_cast<unsigned char>(text[i + 1]);
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
        (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
      return i;
    i += more + 1;
  }
  return std::nullopt;
}

std::string_view leading_number(std::string_view text) {
  if (text.empty() ||
      !(std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '-' || text[0] == '+'))
    return {};
  std::size_t length = 1;
  while (length < text.size() && (std::isdigit(static_cast<unsigned char>(text[length])) ||
                                  std::string_view("+-.eE").find(text[length]) != std::string_view::npos))
    ++length;
  return text.substr(0, length);
}

}  // namespace scsup

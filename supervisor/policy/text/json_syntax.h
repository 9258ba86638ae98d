// Says what is wrong with broken JSON, in a policy author's words.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "supervisor/policy/text/diagnostic.h"

namespace scsup {

// Walks forward through the text and counts lines and columns on the way.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  std::size_t offset() const { return offset_; }
  Place place() const { return {line_, static_cast<std::uint32_t>(offset_ - line_start_ + 1)}; }
  bool at_end() const { return offset_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[offset_]; }
  char previous() const { return offset_ == 0 ? '\0' : text_[offset_ - 1]; }
  std::string_view rest() const { return text_.substr(offset_); }
  void advance(std::size_t count);
  void skip_space();

 private:
  std::string_view text_;
  std::size_t offset_ = 0, line_start_ = 0;
  std::uint32_t line_ = 1;
};

// Where in a JSON text the last good token ended.
struct JsonState {
  enum class After : std::uint8_t {
    nothing,  // the file's start
    open_object,
    key,
    member,  // inside an object: '{', "key", "key": value
    open_array,
    element,
    root  // the whole value
  };
  After after = After::nothing;
  Place opened;  // of the innermost open bracket
};

// `cursor` is after the last good token; the error comes after it. `kind`: of file, "policy".
Diagnostic explain_broken_json(Cursor cursor, const JsonState& state, std::string_view kind);

// The first byte that is not UTF-8, if any.
std::optional<std::size_t> first_invalid_utf8(std::string_view text);

// The characters that a number, or a misspelt one, is made of.
std::string_view leading_number(std::string_view text);

}  // namespace scsup

#include "supervisor/policy/text/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "supervisor/policy/text/json_syntax.h"
#include "supervisor/policy/text/limits.h"

namespace scsup {
namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

bool take_whole(std::string_view digits, int base, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  return error == std::errc() && end == digits.data() + digits.size();
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

// The type of a word without quotes (YAML 1.1, 10.3; go-yaml).
void resolve(Json& json) {
  const std::string written = json.text;  // json.text is made anew below
  const std::string_view word = written;
  const bool negative = word.starts_with('-');
  const std::string_view digits = word.substr(negative || word.starts_with('+') ? 1 : 0);
  const bool prefixed = digits.size() > 1 && digits[0] == '0';
  if (is_one_of(word, {"", "~", "null", "Null", "NULL"})) {
    json.kind = Json::Kind::null;
  } else if (is_one_of(word, {"true", "True", "TRUE", "false", "False", "FALSE"})) {
    json.kind = Json::Kind::boolean;
    json.boolean = word[0] == 't' || word[0] == 'T';
  } else if (prefixed && !negative &&
             (digits[1] == 'x'   ? take_whole(digits.substr(2), 16, json.whole)
              : digits[1] == 'o' ? take_whole(digits.substr(2), 8, json.whole)
                                 : take_whole(digits.substr(1), 8, json.whole))) {
    json.kind = Json::Kind::number;
    json.text = std::to_string(json.whole);
  } else if (is_digits(digits)) {
    json.kind = Json::Kind::number;
    json.text = std::string(negative ? "-" : "") + std::string(digits);
    if (negative)
      json.number = Json::Number::negative;
    else if (!take_whole(digits, 10, json.whole))
      json.number = Json::Number::too_large;
    else
      json.text = std::to_string(json.whole);
  } else if (digits.find_first_not_of("0123456789.eE+-") == digits.npos &&
             digits.find_first_of("0123456789") == (digits.starts_with('.') ? 1 : 0)) {
    char* end = nullptr;
    (void)std::strtod(written.c_str(), &end);
    if (*end != '\0') return;
    json.kind = Json::Kind::number;
    json.number = Json::Number::fraction;
  }
}

// libyaml counts in characters.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text), cursor_(text) {}

  Place at(std::size_t character) {
    if (character < character_) {
      cursor_ = Cursor(text_);
      character_ = 0;
    }
    for (; character_ < character && !cursor_.at_end(); ++character_) {
      cursor_.advance(1);
      while (!cursor_.at_end() && (static_cast<unsigned char>(cursor_.peek()) & 0xc0) == 0x80)
        cursor_.advance(1);
    }
    return cursor_.place();
  }

 private:
  const std::string_view text_;
  Cursor cursor_;
  std::size_t character_ = 0;
};

class YamlReader {
 public:
  YamlReader(std::string_view text, Diagnostics& diagnostics)
      : places_(text), diagnostics_(diagnostics), text_(text) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~YamlReader() { yaml_parser_delete(&parser_); }
  YamlReader(const YamlReader&) = delete;
  YamlReader& operator=(const YamlReader&) = delete;

  std::optional<Json> read() {
    for (;;) {
      yaml_event_t event;
      if (!yaml_parser_parse(&parser_, &event)) {
        broken();
        return std::nullopt;
      }
      const bool goes_on = take(event);
      const bool is_over = event.type == YAML_STREAM_END_EVENT;
      yaml_event_delete(&event);
      if (!goes_on) return std::nullopt;
      if (is_over) return std::move(root_);
    }
  }

 private:
  bool fail(Place place, std::string message) {
    diagnostics_.push_back({Diagnostic::Severity::error, place, std::move(message)});
    return false;
  }

  void broken() {
    Place place = places_.at(parser_.problem_mark.index);
    if (parser_.error == YAML_READER_ERROR) {
      Cursor cursor(text_);
      cursor.advance(std::min(parser_.problem_offset, text_.size()));
      place = cursor.place();
    }
    fail(place, "this is no YAML: " + std::string(parser_.problem ? parser_.problem : "it can't be read"));
  }

  bool take(const yaml_event_t& event) {
    const Place place = places_.at(event.start_mark.index);
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        return !root_ || fail(place, "a second document begins here; a policy is one");
      case YAML_ALIAS_EVENT:
        return fail(place, "references to anchors ('*name') are not taken here; write it out");
      case YAML_SCALAR_EVENT:
        return scalar(event, place);
      case YAML_SEQUENCE_START_EVENT:
        return open(Json::Kind::array, event.data.sequence_start.tag, place);
      case YAML_MAPPING_START_EVENT:
        return open(Json::Kind::object, event.data.mapping_start.tag, place);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: {
        Json json = std::move(open_.back());
        open_.pop_back();
        if (json.kind == Json::Kind::object) refuse_repeated_keys(json, diagnostics_);
        return value(std::move(json));
      }
      default:
        return true;
    }
  }

  bool scalar(const yaml_event_t& event, Place place) {
    const auto& written = event.data.scalar;
    const auto* tag = reinterpret_cast<const char*>(written.tag);
    if (tag && std::string_view(tag) != YAML_STR_TAG) return refuse_tag(place);
    Json json;
    json.kind = Json::Kind::string;
    json.place = place;
    json.text.assign(reinterpret_cast<const char*>(written.value), written.length);
    if (wants_key()) {
      open_.back().members.push_back({std::move(json.text), place, {}});
      key_is_open_.back() = true;
      return true;
    }
    if (!tag && written.style == YAML_PLAIN_SCALAR_STYLE) resolve(json);
    return value(std::move(json));
  }

  bool open(Json::Kind kind, const yaml_char_t* tag, Place place) {
    if (tag) return refuse_tag(place);
    if (wants_key()) return fail(place, "a key is a word or a string");
    if (open_.size() >= static_cast<std::size_t>(policy_depth_limit))
      return fail(place,
                  "nested too deep: a policy has at most " + std::to_string(policy_depth_limit) + " levels");
    Json json;
    json.kind = kind;
    json.place = place;
    open_.push_back(std::move(json));
    key_is_open_.push_back(false);
    return true;
  }

  bool value(Json json) {
    if (++values_ > json_value_limit)
      return fail(json.place, "more than " + std::to_string(json_value_limit) + " values in one policy");
    key_is_open_.resize(open_.size());
    if (open_.empty()) {
      root_ = std::move(json);
    } else if (open_.back().kind == Json::Kind::object) {
      open_.back().members.back().value = std::move(json);
      key_is_open_.back() = false;
    } else {
      open_.back().items.push_back(std::move(json));
    }
    return true;
  }

  bool wants_key() const {
    return !open_.empty() && open_.back().kind == Json::Kind::object && !key_is_open_.back();
  }
  bool refuse_tag(Place place) { return fail(place, "tags ('!...') are not taken here"); }

  yaml_parser_t parser_{};
  Places places_;
  Diagnostics& diagnostics_;
  const std::string_view text_;
  std::vector<Json> open_;
  std::vector<bool> key_is_open_;  // for each open mapping: a key waits for its value
  std::optional<Json> root_;
  std::size_t values_ = 0;
};

}  // namespace

bool looks_like_yaml(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == line.npos || line[first] == '#' || line.starts_with("---") || line.starts_with('%'))
      continue;
    const std::size_t key =
        line.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/", first);
    return key != line.npos && key > first && line[key] == ':' &&
           (key + 1 == line.size() || line[key + 1] == ' ' || line[key + 1] == '\r' || line[key + 1] == '\t');
  }
  return false;
}

std::optional<Json> read_yaml(std::string_view text, Diagnostics& diagnostics) {
  if (auto bad = first_invalid_utf8(text)) {
    Cursor cursor(text);
    cursor.advance(*bad);
    diagnostics.push_back(
        {Diagnostic::Severity::error, cursor.place(), "this byte is no UTF-8; a policy is UTF-8 text"});
    return std::nullopt;
  }
  return YamlReader(text, diagnostics).read();
}

}  // namespace scsup

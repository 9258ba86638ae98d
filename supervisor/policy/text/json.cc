#include "supervisor/policy/text/json.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>

#include "supervisor/policy/text/json_syntax.h"
#include "supervisor/policy/text/limits.h"

namespace scsup {
namespace {

// Feeds the parser and counts how far it has read: nothing else connects its events with places.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* count) : at_(at), count_(count) {}
  const char& operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* count_;
};

// Builds the tree from the parser's events. Each event comes when its token has been read and the text before it was
// valid, so the token begins at the next byte that is no space, ',' or ':'.
class Builder {
 public:
  Builder(std::string_view text, const std::size_t& consumed, Diagnostics& diagnostics, std::string_view kind)
      : cursor_(text), consumed_(consumed), diagnostics_(diagnostics), kind_(kind) {}

  std::optional<Json> take() { return std::move(root_); }

  bool null() { return value(begin(Json::Kind::null), 4); }
  bool boolean(bool b) {
    Json json = begin(Json::Kind::boolean);
    json.boolean = b;
    return value(std::move(json), b ? 4 : 5);
  }
  bool number_integer(std::int64_t) { return number(); }
  bool number_unsigned(std::uint64_t) { return number(); }
  bool number_float(double, const std::string&) { return number(); }
  bool binary(std::vector<std::uint8_t>&) { return false; }  // JSON text has none

  bool string(std::string& text) {
    Json json = begin(Json::Kind::string);
    std::size_t length = consumed_ - cursor_.offset();
    json.plain = length == text.size() + 2;
    json.text = std::move(text);
    return value(std::move(json), length);
  }
  bool key(std::string& text) {
    Json json = begin(Json::Kind::string);
    Json& object = open_.back();
    object.members.push_back({std::move(text), json.place, {}});
    cursor_.advance(consumed_ - cursor_.offset());
    state_.after = JsonState::After::key;
    return true;
  }
  bool start_object(std::size_t) { return open(Json::Kind::object, JsonState::After::open_object); }
  bool start_array(std::size_t) { return open(Json::Kind::array, JsonState::After::open_array); }
  bool end_object() {
    refuse_repeated_keys(open_.back(), diagnostics_);
    return close();
  }
  bool end_array() { return close(); }

  // nlohmann's own text (the exception) is for programmers; ours is made from the bytes.
  template <class Exception>
  bool parse_error(std::size_t, const std::string&, const Exception&) {
    diagnostics_.push_back(explain_broken_json(cursor_, state_, kind_));
    return false;
  }

 private:
  Json begin(Json::Kind kind) {
    for (cursor_.skip_space(); cursor_.peek() == ',' || cursor_.peek() == ':'; cursor_.skip_space())
      cursor_.advance(1);
    Json json;
    json.kind = kind;
    json.place = cursor_.place();
    return json;
  }

  bool number() {
    Json json = begin(Json::Kind::number);
    std::string_view written = leading_number(cursor_.rest());
    std::size_t zero = written.starts_with('-') ? 1 : 0;
    if (written.size() > zero + 1 && written[zero] == '0' && written[zero + 1] >= '0' &&
        written[zero + 1] <= '9')
      written = written.substr(0, zero + 1);  // the parser refuses what follows next
    json.text = written;
    if (written.find_first_of(".eE") != std::string_view::npos) {
      json.number = Json::Number::fraction;
    } else if (written.starts_with('-')) {
      json.number = Json::Number::negative;
    } else if (std::from_chars(written.data(), written.data() + written.size(), json.whole).ec !=
               std::errc()) {
      json.number = Json::Number::too_large;
    }
    return value(std::move(json), written.size());
  }

  bool value(Json json, std::size_t length) {
    cursor_.advance(length);
    return place(std::move(json));
  }

  bool open(Json::Kind kind, JsonState::After after) {
    Json json = begin(kind);
    if (open_.size() >= static_cast<std::size_t>(policy_depth_limit))
      return fail(json.place, "nested too deep: a " + kind_ + " has at most " +
                                  std::to_string(policy_depth_limit) + " levels");
    cursor_.advance(1);
    state_ = {after, json.place};
    open_.push_back(std::move(json));
    return true;
  }

  bool close() {
    begin(Json::Kind::null);  // to the closing bracket
    cursor_.advance(1);
    Json json = std::move(open_.back());
    open_.pop_back();
    return place(std::move(json));
  }

  bool place(Json json) {
    if (++values_ > json_value_limit)
      return fail(json.place, "more than " + std::to_string(json_value_limit) + " values in one " + kind_);
    if (open_.empty()) {
      root_ = std::move(json);
      state_.after = JsonState::After::root;
      return true;
    }
    Json& parent = open_.back();
    state_.opened = parent.place;
    if (parent.kind == Json::Kind::object) {
      parent.members.back().value = std::move(json);
      state_.after = JsonState::After::member;
    } else {
      parent.items.push_back(std::move(json));
      state_.after = JsonState::After::element;
    }
    return true;
  }

  bool fail(Place where, std::string message) {
    if (diagnostics_.size() < policy_mistake_limit)
      diagnostics_.push_back({Diagnostic::Severity::error, where, std::move(message)});
    return false;
  }

  Cursor cursor_;
  const std::size_t& consumed_;
  Diagnostics& diagnostics_;
  const std::string kind_;
  std::vector<Json> open_;
  std::optional<Json> root_;
  JsonState state_;
  std::size_t values_ = 0;
};

}  // namespace

const Member* Json::find(std::string_view key) const {
  for (const Member& member : members)
    if (member.key == key) return &member;
  return nullptr;
}

std::string describe(const Json& json) {
  switch (json.kind) {
    case Json::Kind::null:
      return "null";
    case Json::Kind::boolean:
      return json.boolean ? "true" : "false";
    case Json::Kind::number:
      return "the number " + (json.text.size() > 40 ? json.text.substr(0, 40) + "..." : json.text);
    case Json::Kind::string:
      return "the string " + in_quotes(json.text);
    case Json::Kind::array:
      return "a list";
    case Json::Kind::object:
      return "an object";
  }
  return "something else";
}

// Parsers don't agree on which of two equal keys counts, so a reviewer and the kernel could see two policies.
void refuse_repeated_keys(Json& object, Diagnostics& diagnostics) {
  std::vector<const Member*> sorted;
  for (const Member& member : object.members) sorted.push_back(&member);
  std::stable_sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->key < b->key; });
  std::vector<const Member*> repeated;
  const Member* first = nullptr;
  for (const Member* member : sorted) {
    if (!first || first->key != member->key) {
      first = member;
      continue;
    }
    diagnostics.push_back({Diagnostic::Severity::error, member->place,
                           "duplicate key " + in_quotes(member->key) + "; it is already at " +
                               std::to_string(first->place.line) + ":" +
                               std::to_string(first->place.column)});
    repeated.push_back(member);
  }
  if (repeated.empty()) return;
  std::sort(repeated.begin(), repeated.end());
  std::vector<Member> kept;
  for (Member& member : object.members)
    if (!std::binary_search(repeated.begin(), repeated.end(), &member)) kept.push_back(std::move(member));
  object.members = std::move(kept);
}

std::optional<Json> read_json(std::string_view text, Diagnostics& diagnostics, std::string_view kind) {
  auto refuse = [&](Place place, std::string message) {
    diagnostics.push_back({Diagnostic::Severity::error, place, std::move(message)});
    return std::nullopt;
  };
  if (text.starts_with("\xef\xbb\xbf"))
    return refuse({1, 1}, "the file begins with a byte order mark; save it as UTF-8 without one");
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    return refuse({1, 1}, "the file is UTF-16; save it as UTF-8 without a byte order mark");
  if (auto bad = first_invalid_utf8(text)) {
    Cursor cursor(text);
    cursor.advance(*bad);
    return refuse(cursor.place(), "this byte is no UTF-8; a " + std::string(kind) + " is UTF-8 text");
  }
  std::size_t consumed = 0;
  Builder builder(text, consumed, diagnostics, kind);
  const char* begin = text.data();
  bool good = nlohmann::json::sax_parse(CountingIterator(begin, &consumed),
                                        CountingIterator(begin + text.size(), &consumed), &builder);
  if (!good) return std::nullopt;
  return builder.take();
}

}  // namespace scsup

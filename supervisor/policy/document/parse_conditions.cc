#include <fcntl.h>

#include <algorithm>

#include "supervisor/policy/document/parse_parts.h"

namespace scsup {
namespace {

constexpr std::string_view bit_keys[] = {"any", "all", "none"};
constexpr std::string_view mode_keys[] = {"any", "all", "none", "min", "max"};
constexpr std::string_view id_keys[] = {"min", "max"};

constexpr std::uint64_t largest_id = 0xffffffff;
constexpr std::uint32_t largest_mode = 07777;

constexpr Word<std::uint64_t> flag_words[] = {
    {"AT_SYMLINK_NOFOLLOW", AT_SYMLINK_NOFOLLOW},
    {"AT_SYMLINK_FOLLOW", AT_SYMLINK_FOLLOW},
    {"AT_EMPTY_PATH", AT_EMPTY_PATH},
    {"AT_REMOVEDIR", AT_REMOVEDIR},
    {"AT_EACCESS", AT_EACCESS},
    {"AT_NO_AUTOMOUNT", AT_NO_AUTOMOUNT},
    {"AT_RECURSIVE", 0x8000},  // linux/fcntl.h
};

std::optional<std::uint64_t> read_mode_value(Reader& reader, const Json& json, std::string_view what) {
  return read_mode(reader, json, what);
}

std::optional<std::uint64_t> read_id_value(Reader& reader, const Json& json, std::string_view what) {
  if (json.kind == Json::Kind::string) {
    reader.error(json.place, "expected a number for " + std::string(what) + ", found " + describe(json) +
                                 "; names of users and groups are not looked up");
    return std::nullopt;
  }
  return reader.whole(json, what, largest_id, 32);
}

std::optional<std::uint64_t> read_flag(Reader& reader, const Json& json, std::string_view what) {
  if (json.kind == Json::Kind::number) return reader.whole(json, what, 0xffffffff, 32);
  if (json.kind == Json::Kind::string) return reader.word<std::uint64_t>(json, "flag", flag_words);
  reader.mismatch(json, "a flag's name or number", what);
  return std::nullopt;
}

// One flag, or a list of flags that are or-ed into one set of bits.
std::optional<std::uint64_t> read_flags_value(Reader& reader, const Json& json, std::string_view what) {
  if (json.kind != Json::Kind::array) return read_flag(reader, json, what);
  std::uint64_t bits = 0;
  bool good = true;
  for (const Json& item : json.items) {
    auto flag = read_flag(reader, item, what);
    good = good && flag.has_value();
    bits |= flag.value_or(0);
  }
  return good ? std::optional(bits) : std::nullopt;
}

using ReadValue = std::optional<std::uint64_t> (*)(Reader&, const Json&, std::string_view);

void read_comparisons(Reader& reader, const Json& json, std::string_view what,
                      std::span<const std::string_view> keys, ReadValue read, ArgumentCondition& condition) {
  if (!reader.object(json, what, keys)) return;
  if (json.members.empty()) {
    reader.error(json.place, std::string(what) + " is empty: it has no condition");
    return;
  }
  const std::pair<const char*, std::optional<std::uint64_t>*> slots[] = {{"any", &condition.any},
                                                                         {"all", &condition.all},
                                                                         {"none", &condition.none},
                                                                         {"min", &condition.min},
                                                                         {"max", &condition.max}};
  for (auto [key, slot] : slots) {
    const Json* value = value_of(json, key);
    if (!value || std::ranges::find(keys, key) == keys.end()) continue;
    *slot = read(reader, *value, "\"" + std::string(key) + "\" of " + std::string(what));
    bool bits = slot == &condition.any || slot == &condition.all || slot == &condition.none;
    if (bits && *slot == 0)
      reader.error(value->place, "\"" + std::string(key) + "\" names no bit: it would " +
                                     (slot == &condition.any ? "never" : "always") + " hold");
  }
  if (condition.min && condition.max && *condition.min > *condition.max)
    reader.error(value_of(json, "min")->place,
                 "\"min\" is above \"max\": " + std::string(what) + " would never hold");
}

void read_list(Reader& reader, const Json& json, std::string_view what, ReadValue read,
               ArgumentCondition& condition) {
  if (json.items.empty())
    reader.error(json.place, std::string(what) + " is an empty list: it would never hold");
  for (const Json& item : json.items)
    if (auto value = read(reader, item, what)) condition.one_of.push_back(*value);
}

// A value, a list of values of which one must be equal, or an object of comparisons.
void read_values(Reader& reader, const Json& json, std::string_view what,
                 std::span<const std::string_view> keys, ReadValue read, ArgumentCondition& condition) {
  if (json.kind == Json::Kind::object) {
    read_comparisons(reader, json, what, keys, read, condition);
  } else if (json.kind == Json::Kind::array) {
    read_list(reader, json, what, read, condition);
  } else if (auto value = read(reader, json, what)) {
    condition.one_of.push_back(*value);
  }
}

// A flag or a list of flags: all of them set. An object: any, all, none.
void read_flags(Reader& reader, const Json& json, std::string_view what, ArgumentCondition& condition) {
  if (json.kind == Json::Kind::object) {
    read_comparisons(reader, json, what, bit_keys, read_flags_value, condition);
    return;
  }
  condition.all = read_flags_value(reader, json, what);
  if (condition.all == 0)
    reader.error(
        json.place,
        std::string(what) + " names no flag: it would always hold; to refuse flags write {\"none\": [...]}");
}

}  // namespace

std::optional<std::uint32_t> read_mode(Reader& reader, const Json& json, std::string_view what) {
  if (json.kind == Json::Kind::number) {
    bool octal = json.number == Json::Number::whole && json.text.size() <= 4 &&
                 json.text.find_first_not_of("01234567") == std::string::npos;
    reader.error(json.place, "expected an octal string for " + std::string(what) + ", found " +
                                 describe(json) +
                                 (octal ? ": write \"0" + json.text + "\", JSON has no octal numbers"
                                        : ": write it like \"0700\", JSON has no octal numbers"));
    return std::nullopt;
  }
  auto text = reader.text(json, what);
  if (!text) return std::nullopt;
  if (text->value.empty() || text->value.find_first_not_of("01234567") != std::string::npos) {
    reader.error(text->place, "expected an octal mode such as \"0700\" for " + std::string(what) +
                                  ", found " + in_quotes(text->value));
    return std::nullopt;
  }
  std::uint32_t mode = 0;
  for (char digit : text->value) {
    mode = mode * 8 + static_cast<std::uint32_t>(digit - '0');
    if (mode > largest_mode) {
      reader.error(text->place, "a mode is at most \"07777\", found " + in_quotes(text->value) + " for " +
                                    std::string(what));
      return std::nullopt;
    }
  }
  return mode;
}

std::vector<ArgumentCondition> read_conditions(Reader& reader, const Json& rule) {
  std::vector<ArgumentCondition> conditions;
  for (Role role : {Role::mode, Role::flags, Role::uid, Role::gid}) {
    const Member* member = rule.find(name(role));
    if (!member) continue;
    ArgumentCondition condition;
    condition.role = role;
    condition.place = member->place;
    std::string what = "\"" + member->key + "\"";
    if (role == Role::mode)
      read_values(reader, member->value, what, mode_keys, read_mode_value, condition);
    else if (role == Role::flags)
      read_flags(reader, member->value, what, condition);
    else
      read_values(reader, member->value, what, id_keys, read_id_value, condition);
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

}  // namespace scsup

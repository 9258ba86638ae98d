#include <algorithm>

#include "supervisor/policy/document/parse_parts.h"
#include "supervisor/policy/text/errno_names.h"

namespace scsup {
namespace {

constexpr std::string_view rule_keys[] = {"id",    "syscalls",   "path",    "mode",   "flags",
                                          "uid",   "gid",        "args",    "action", "errno",
                                          "audit", "durability", "emulate", "comment"};
constexpr std::string_view emulate_keys[] = {"mode_mask"};
constexpr Word<RuleAction> rule_actions[] = {
    {"allow", RuleAction::allow}, {"deny", RuleAction::deny}, {"emulate", RuleAction::emulate}};

std::string read_id(Reader& reader, const Json& json) {
  auto id = reader.text(json, "\"id\"");
  if (!id) return "";
  auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (id->value.empty() || !std::ranges::all_of(id->value, fits)) {
    reader.error(id->place,
                 "a rule's id is made of letters, digits, '.', '_' and '-', found " + in_quotes(id->value));
    return "";
  }
  return id->value;
}

std::span<const std::string_view> names_and_groups() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all(all_groups().begin(), all_groups().end());
    for (const Syscall& syscall : all_syscalls()) all.push_back(syscall.name);
    return all;
  }();
  return names;
}

std::vector<Located<std::string>> read_syscalls(Reader& reader, const Json& rule) {
  if (const Json* json = value_of(rule, "syscalls")) return read_call_names(reader, *json, "\"syscalls\"");
  reader.error(rule.place, "this rule has no \"syscalls\"");
  return {};
}

int read_errno_name(Reader& reader, const Json& json) {
  constexpr int fallback = 1;
  if (json.kind == Json::Kind::number && json.number == Json::Number::whole && json.whole <= 4095) {
    std::string_view name = errno_name(static_cast<int>(json.whole));
    reader.error(json.place,
                 name.empty()
                     ? "an errno is written by name, such as \"EACCES\", found the number " + json.text
                     : "an errno is written by name: \"" + std::string(name) + "\" for " + json.text);
    return fallback;
  }
  auto name = reader.text(json, "\"errno\"");
  if (!name) return fallback;
  auto number = errno_by_name(name->value);
  if (!number) reader.unknown(name->place, "errno", name->value, all_errno_names());
  return number.value_or(fallback);
}

void read_emulate(Reader& reader, const Json& json, Rule& rule, bool emulates) {
  if (!emulates) {
    reader.error(json.place, "\"emulate\" only belongs in a rule with \"action\": \"emulate\"");
    return;
  }
  if (!reader.object(json, "\"emulate\"", emulate_keys)) return;
  if (const Json* mask = value_of(json, "mode_mask"))
    rule.mode_mask = read_mode(reader, *mask, "\"mode_mask\"");
}

}  // namespace

std::vector<Located<std::string>> read_call_names(Reader& reader, const Json& json, std::string_view key) {
  const auto* items = reader.list(json, key);
  if (!items) return {};
  if (items->empty())
    reader.error(json.place, std::string(key) + " is empty: name a call or a group such as \"@mkdir\"");
  std::vector<Located<std::string>> known;
  for (const Json& item : *items) {
    auto name = reader.text(item, key);
    if (!name) continue;
    if (find_syscall(name->value) || is_group(name->value))
      known.push_back(std::move(*name));
    else
      reader.unknown(name->place, name->value.starts_with('@') ? "group" : "syscall", name->value,
                     names_and_groups());
  }
  return known;
}

Verdict read_verdict(Reader& reader, const Json& object, std::string_view what) {
  Verdict verdict;
  if (const Json* action = value_of(object, "action")) {
    if (auto known = reader.word<RuleAction>(*action, "action", rule_actions)) {
      verdict.action = *known;
      verdict.good = true;
    }
  } else {
    reader.error(object.place, std::string(what) + " has no \"action\": \"allow\", \"deny\" or \"emulate\"");
  }
  if (const Json* err = value_of(object, "errno")) {
    if (verdict.good && verdict.action != RuleAction::deny)
      reader.error(object.find("errno")->place, "\"errno\" only belongs to \"action\": \"deny\"");
    else
      verdict.err = read_errno_name(reader, *err);
  }
  return verdict;
}

Rule read_rule(Reader& reader, const Json& json) {
  Rule rule;
  rule.place = json.place;
  if (!reader.object(json, "a rule", rule_keys)) return rule;
  if (const Json* id = value_of(json, "id")) rule.id = read_id(reader, *id);
  rule.syscalls = read_syscalls(reader, json);
  if (const Json* path = value_of(json, "path")) rule.paths = read_paths(reader, *path);
  rule.conditions = read_conditions(reader, json);
  if (const Json* args = value_of(json, "args")) rule.args = read_arguments(reader, *args);
  Verdict verdict = read_verdict(reader, json, "this rule");
  rule.action = verdict.action;
  rule.err = verdict.err;
  if (const Json* audit = value_of(json, "audit")) rule.audit = reader.boolean(*audit, "\"audit\"");
  if (const Json* durability = value_of(json, "durability")) {
    constexpr Word<bool> words[] = {{"sync", true}, {"write", false}};
    rule.on_disk = reader.word<bool>(*durability, "\"durability\"", words).value_or(false);
    if (rule.on_disk && rule.audit == false)
      reader.error(json.find("durability")->place, "a rule with \"audit\": false has nothing to sync");
  }
  if (const Json* emulate = value_of(json, "emulate"))
    read_emulate(reader, *emulate, rule, !verdict.good || verdict.action == RuleAction::emulate);
  if (const Json* comment = value_of(json, "comment"))
    if (auto text = reader.text(*comment, "\"comment\"")) rule.comment = text->value;
  check_calls(reader, rule);
  return rule;
}

}  // namespace scsup

// Checks between the parts of a rule, and between rules.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "supervisor/policy/document/parse_parts.h"

namespace scsup {
namespace {

// A call that scsup performs acts on an object: also fchmod(2), on its file descriptor.
bool has_object(const Syscall& call) { return call.is_performed(); }

bool has_argument(const Syscall& call, int position) {
  return call.args[position].role != Role::none || call.arguments(Abi::i386)[position].role != Role::none;
}

std::string named(const Syscall& call, const std::string& written) {
  return written.starts_with('@') ? in_quotes(call.name) + " (of " + in_quotes(written) + ")"
                                  : in_quotes(call.name);
}

void check_call(Reader& reader, const Rule& rule, const Syscall& call, const Located<std::string>& written) {
  std::string who = named(call, written.value);
  auto lacks = [&](std::string_view argument) {
    reader.error(written.place,
                 who + " has no argument " + in_quotes(argument) + "; it can't be in this rule");
  };
  if (!rule.paths.empty() && !has_object(call)) {
    if (call.position(Role::path) >= 0)
      reader.error(written.place,
                   who +
                       " can't be in a rule with \"path\": scsup can't perform this call itself yet, "
                       "so the target could change the path after it was judged");
    else
      lacks("path");
  }
  for (const ArgumentCondition& condition : rule.conditions)
    if (call.position(condition.role) < 0) lacks(name(condition.role));
  for (const ProfileArgument& argument : rule.args)
    if (!has_argument(call, argument.comparison.arg))
      reader.error(argument.place,
                   who + " has no argument number " + std::to_string(argument.comparison.arg));
  if (rule.action == RuleAction::emulate && !has_object(call))
    reader.error(written.place, who + " can't be emulated by scsup yet; \"allow\" or \"deny\" it");
  else if (rule.action == RuleAction::emulate && call.position(Role::mode) < 0)
    reader.error(written.place, who + " has nothing that \"emulate\" could change; \"allow\" or \"deny\" it");
}

// A rule's conditions besides path and syscalls, as text: equal text has equal meaning.
std::string signature(const Rule& rule) {
  std::vector<std::string> parts;
  for (const ArgumentCondition& c : rule.conditions) {
    std::set<std::uint64_t> values(c.one_of.begin(), c.one_of.end());
    std::string part = std::string(name(c.role)) + ":";
    for (auto value : values) part += std::to_string(value) + ",";
    for (const auto& bound : {c.any, c.all, c.none, c.min, c.max})
      part += ";" + (bound ? std::to_string(*bound) : "");
    parts.push_back(part);
  }
  for (const ProfileArgument& a : rule.args)
    parts.push_back(std::to_string(a.comparison.arg) + "." +
                    std::to_string(static_cast<int>(a.comparison.op)) + "." +
                    std::to_string(a.comparison.value) + "." + std::to_string(a.comparison.mask));
  std::sort(parts.begin(), parts.end());
  std::string all;
  for (const auto& part : parts) all += part + "&";
  return all;
}

// Small numbers for texts: equal text, equal number. The number of "" is 0.
class Numbers {
 public:
  Numbers() { of(""); }
  std::uint32_t of(const std::string& text) {
    return numbers_.emplace(text, static_cast<std::uint32_t>(numbers_.size())).first->second;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

// Which rule, as an index, decides (call, conditions, path), where 0 stands for any conditions or path.
class Decided {
 public:
  // The earlier rule that decides all of this one; -1 for none, -2 if several together do.
  int earlier(const Rule& rule, std::span<const Named> calls) {
    std::uint32_t conditions = conditions_.of(signature(rule));
    std::vector<std::uint32_t> paths = path_numbers(rule);
    int by = -1;
    for (const Named& call : calls)
      for (std::uint32_t path : paths) {
        const int one = first_of(call, conditions, path);
        if (one < 0) return -1;
        by = by == -1 || by == one ? one : -2;
      }
    return by;
  }
  void add(const Rule& rule, std::span<const Named> calls, int index) {
    std::uint32_t conditions = conditions_.of(signature(rule));
    for (const auto& [call, portion] : calls)
      for (std::uint32_t path : path_numbers(rule))
        rules_.emplace(Key{call, portion, conditions, path}, index);
  }

 private:
  using Key = std::tuple<const Syscall*, Portion, std::uint32_t, std::uint32_t>;

  // -1: none.
  int first_of(const Named& call, std::uint32_t conditions, std::uint32_t path) const {
    for (const Portion portion : {Portion::whole, call.portion})
      for (const Key& key :
           {Key{call.syscall, portion, 0, 0}, Key{call.syscall, portion, conditions, 0},
            Key{call.syscall, portion, 0, path}, Key{call.syscall, portion, conditions, path}})
        if (const auto found = rules_.find(key); found != rules_.end()) return found->second;
    return -1;
  }

  std::vector<std::uint32_t> path_numbers(const Rule& rule) {
    if (rule.paths.empty()) return {0};
    std::vector<std::uint32_t> numbers;
    for (const auto& path : rule.paths) numbers.push_back(paths_.of(path.value));
    return numbers;
  }

  Numbers conditions_, paths_;
  std::map<Key, int> rules_;
};

std::string called(const Rule& rule) { return "rule" + (rule.id.empty() ? "" : " " + in_quotes(rule.id)); }

std::string unreachable(std::span<const Rule* const> rules, const Rule& rule, int by) {
  std::string message = (rule.id.empty() ? "this rule" : called(rule)) + " can never be reached: ";
  if (by < 0) return message + "the rules before it decide all of its calls";
  const Rule& earlier = *rules[static_cast<std::size_t>(by)];
  message +=
      (earlier.id.empty() ? "the rule" : called(earlier)) + " at line " + std::to_string(earlier.place.line);
  if (!earlier.paths.empty() || !earlier.conditions.empty() || !earlier.args.empty())
    return message + " decides the same calls under the same conditions";
  std::string calls;
  constexpr std::size_t shown = 4;
  for (std::size_t i = 0; i < rule.syscalls.size() && i < shown; ++i)
    calls += (i == 0 ? "" : i + 1 == rule.syscalls.size() ? " and " : ", ") + rule.syscalls[i].value;
  return message + " decides every " + calls + (rule.syscalls.size() > shown ? ", ..." : "");
}

}  // namespace

void check_calls(Reader& reader, const Rule& rule) {
  std::set<const Syscall*> checked;
  for (const auto& written : rule.syscalls)
    for (const auto& [call, portion] : calls_named(written.value))
      if (checked.insert(call).second) check_call(reader, rule, *call, written);
}

void check_order(Reader& reader, std::span<const Rule* const> rules) {
  Decided decided;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = *rules[i];
    const std::vector<Named> list = calls_of(rule.syscalls);
    if (list.empty()) continue;
    int by = decided.earlier(rule, list);
    if (by != -1) reader.error(rule.place, unreachable(rules, rule, by));
    decided.add(rule, list, static_cast<int>(i));
  }
}

}  // namespace scsup

// A policy's decision on a call, compared with rules evaluated one by one.
#include <gtest/gtest.h>

#include <memory_resource>
#include <random>

#include "supervisor/policy/paths/path_set.h"
#include "tests/unit/policy_sample.h"

namespace scsup {
namespace {

using test::call;
using test::policy;
// The documented rules, evaluated anew for every call.
std::optional<Decision> naive(const Document& document, const std::vector<PathSet>& paths, const Call& call,
                              const std::string_view* object) {
  bool named = false, looked = false;
  std::optional<Decision> made;
  const auto compare = [](const Comparison& c, std::uint64_t raw) {
    const std::uint64_t x = raw & c.mask;
    return c.op == Compare::eq   ? x == c.value
           : c.op == Compare::ne ? x != c.value
           : c.op == Compare::lt ? x < c.value
           : c.op == Compare::le ? x <= c.value
           : c.op == Compare::gt ? x > c.value
                                 : x >= c.value;
  };
  for (std::size_t r = 0; r < document.supervise->rules.size(); ++r) {
    const Rule& rule = document.supervise->rules[r];
    bool mine = false;
    for (const auto& written : rule.syscalls)
      mine = mine || written.value == call.syscall->name ||
             (call.family != Family::none && written.value == call.operation().group);
    if (!mine) continue;
    named = true;
    bool holds = true;
    for (const auto& c : rule.conditions) {
      if (!call.value(c.role)) {  // can't be seen: fails closed
        holds = holds && rule.action == RuleAction::deny;
        continue;
      }
      const std::uint64_t x = *call.value(c.role);
      holds = holds &&
              (c.one_of.empty() || std::find(c.one_of.begin(), c.one_of.end(), x) != c.one_of.end()) &&
              (!c.any || x & *c.any) && (!c.all || (x & *c.all) == *c.all) && (!c.none || !(x & *c.none)) &&
              (!c.min || x >= *c.min) && (!c.max || x <= *c.max);
    }
    for (const auto& a : rule.args) holds = holds && compare(a.comparison, call.args[a.comparison.arg]);
    if (holds && !rule.paths.empty()) {
      if (!object) return std::nullopt;
      looked = true;
      std::pmr::vector<std::uint32_t> hits;
      paths[r].match(*object, hits);
      holds = !hits.empty();
    }
    if (!holds) continue;
    made = Decision{rule.action == RuleAction::allow  ? Act::allow
                    : rule.action == RuleAction::deny ? Act::deny
                                                      : Act::emulate,
                    rule.err,
                    looked,
                    true,
                    rule.mode_mask,
                    nullptr};
    break;
  }
  if (!named) return Decision{Act::allow, 1, false, true, std::nullopt, nullptr};
  if (!made) made = Decision{Act::deny, EACCES, looked, true, std::nullopt, nullptr};
  return made;
}

TEST(Decide, AgreesWithRulesReadOneByOne) {
  std::mt19937 engine(11);
  const auto below = [&](std::size_t n) { return engine() % n; };
  const std::vector<std::string> globs{"/a", "/a/**", "/**/c", "/b/*", "/**", "/a/{b,c}"};
  const std::vector<std::string_view> objects{"", "/", "/a", "/a/b", "/a/c", "/b/c", "/b/c/d", "/z"};
  const std::vector<std::uint64_t> modes{0, 0600, 0700, 0755, 01777, 04755, 06000, 07777};
  const std::vector<std::string> names{"@mkdir", "@chmod", "mkdir",   "fchmod",
                                       "chmod",  "@rmdir", "@unlink", "unlinkat"};
  int asked = 0, looked = 0, emulated = 0;
  for (int round = 0; round < 400; ++round) {
    Document document;
    document.supervise.emplace();
    document.supervise->fallback = Supervise::Default{RuleAction::deny, EACCES, {2, 2}};
    std::vector<PathSet> paths;
    for (std::size_t i = 1 + below(8); i > 0; --i) {
      Rule rule;
      rule.place = {1, static_cast<std::uint32_t>(i)};
      rule.syscalls.push_back({names[below(names.size())], {}});
      std::vector<PathSet::Entry> entries;
      if (below(2)) {
        rule.paths.push_back({globs[below(globs.size())], {}});
        auto flat = read_glob(rule.paths[0].value, {});
        for (auto& glob : *flat) entries.push_back({0, std::move(glob)});
      }
      paths.push_back(std::move(*PathSet::make(std::move(entries))));
      if (below(2)) {
        ArgumentCondition condition;
        condition.role = Role::mode;
        const std::uint64_t value = modes[below(modes.size())];
        switch (below(5)) {
          case 0:
            condition.one_of = {value, modes[below(modes.size())]};
            break;
          case 1:
            condition.any = value | 1;
            break;
          case 2:
            condition.all = value;
            break;
          case 3:
            condition.none = value;
            break;
          case 4:
            condition.min = value / 2, condition.max = value;
            break;
        }
        rule.conditions.push_back(condition);
      }
      if (below(5) == 0) rule.args.push_back({{0, static_cast<Compare>(below(6)), below(4)}, {}});
      rule.action = static_cast<RuleAction>(below(3));
      rule.err = static_cast<int>(1 + below(100));
      document.supervise->rules.push_back(std::move(rule));
    }
    const auto p = policy(document);
    ASSERT_TRUE(p);
    for (int i = 0; i < 60; ++i) {
      static constexpr std::array<std::string_view, 9> calls{
          "mkdir", "mkdirat", "chmod", "fchmod", "fchmodat2", "sync", "rmdir", "unlink", "unlinkat"};
      const std::string_view name = calls[below(calls.size())];
      const int position = find_syscall(name)->position(Role::mode);
      std::array<std::uint64_t, 6> args{below(4)};
      if (position >= 0) args[static_cast<std::size_t>(position)] = modes[below(modes.size())];
      if (name == "unlinkat") args[2] = std::array<std::uint64_t, 3>{0, AT_REMOVEDIR, 1}[below(3)];
      const Call one = call(name, args);
      const std::string_view object = objects[below(objects.size())];
      for (const std::string_view* given : {static_cast<const std::string_view*>(nullptr), &object}) {
        const auto expected = naive(document, paths, one, given);
        const auto actual = p->decide(one, given);
        ASSERT_EQ(actual.has_value(), expected.has_value()) << name << " " << object;
        if (!actual) {
          ++asked;
          continue;
        }
        ASSERT_EQ(actual->act, expected->act) << name << " " << object;
        if (actual->act == Act::deny) {
          ASSERT_EQ(actual->err, expected->err);
        }
        ASSERT_EQ(actual->looked_at_object, expected->looked_at_object) << name << " " << object;
        ASSERT_NE(actual->origin, nullptr);
        looked += actual->looked_at_object;
        emulated += actual->act == Act::emulate;
      }
    }
  }
  EXPECT_GT(asked, 500);
  EXPECT_GT(looked, 500);
  EXPECT_GT(emulated, 500);
}

}  // namespace
}  // namespace scsup

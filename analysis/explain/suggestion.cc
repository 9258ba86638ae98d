#include "analysis/explain/suggestion.h"

#include <algorithm>

#include "analysis/explain/allowing_rule.h"
#include "analysis/explain/builtin_origin.h"
#include "analysis/explain/policy_edit.h"
#include "base/printable.h"
#include "supervisor/policy/document/parse.h"

namespace scsup::analysis {
namespace {

class Suggesting {
 public:
  Suggesting(const Record& record, const RebuiltPolicy& policy, const RecordedCall& call,
             const std::string_view* object)
      : record_(record), policy_(policy), call_(call), object_(object) {}

  Result<Suggestion> suggest() {
    if (record_.act == "allow" || record_.act == "emulate")
      return failed(0, "the call was " + std::string(record_.act == "allow" ? "allowed" : "emulated") +
                           ": there is nothing to suggest");
    if (record_.rule == "@io_uring") return allow_io_uring();
    if (record_.rule.starts_with('@')) {
      const BuiltinOrigin* const builtin = builtin_origin(record_.rule);
      return failed(0, "no rule denied this, and none would allow it" +
                           (builtin ? ". " + std::string(builtin->means) + " " + std::string(builtin->remedy)
                                    : std::string()));
    }
    const auto decision = policy_.policy->decide(call_.call, object_);
    if (!decision || decision->origin->at != record_.rule_at)
      return failed(0, "the policy, rebuilt from the log, doesn't decide this call as it was decided");
    switch (decision->origin->kind) {
      case Origin::Kind::rule:
      case Origin::Kind::rule_default:
        return with_rule(*decision);
      case Origin::Kind::entry:
      case Origin::Kind::entry_default:
        return with_entry();
      case Origin::Kind::builtin:
        break;
    }
    return failed(0, "no rule denied this, and none would allow it");
  }

 private:
  bool is_at(scsup::Place place) const { return record_.rule_at == render(policy_.file, place); }

  Result<Suggestion> with_rule(const Decision& decision) const {
    const auto made = allowing_rule(call_, object_ ? *object_ : std::string_view());
    if (!made) return failed(0, "a rule has no name for this call, so none can allow it alone");
    const auto& rules = policy_.document.supervise->rules;
    const auto denying = std::ranges::find_if(rules, [&](const Rule& rule) { return is_at(rule.place); });
    if (decision.origin->kind == Origin::Kind::rule_default || denying == rules.end())
      return tried(*made, inserted_behind(policy_.text, rules.back().place, made->json));
    auto before = tried(*made, inserted_before(policy_.text, denying->place, made->json));
    // A rule that can never match is a mistake in a policy.
    return before ? std::move(before) : tried(*made, replaced(policy_.text, denying->place, made->json));
  }

  Result<Suggestion> with_entry() const {
    const Profile& profile = policy_.document.profile;
    const auto made = allowing_entry(call_, profile);
    if (!made) return failed(0, "a policy has no name for this call, so none can allow it");
    const auto& entries = profile.entries;
    const auto denying =
        std::ranges::find_if(entries, [&](const ProfileEntry& entry) { return is_at(entry.place); });
    const auto by_default = profile.default_action ? profile.default_action->value : ProfileAction::allow;
    if (denying != entries.end() && by_default == ProfileAction::allow) return without_name(*denying);
    if (denying != entries.end())
      return tried(*made, inserted_before(policy_.text, denying->place, made->json));
    if (!entries.empty())
      return tried(*made, inserted_behind(policy_.text, entries.back().place, made->json));
    const std::size_t brace = policy_.text.find('{');
    return tried(*made, with_member(policy_.text, place_of(brace), "\"syscalls\": [" + made->json + "]"));
  }

  // If the default allows, an entry that allows does nothing: engines skip it.
  Result<Suggestion> without_name(const ProfileEntry& entry) const {
    AllowingRule made = *allowing_entry(call_, {});
    const std::string name = allowed_name(call_);
    const auto written = std::ranges::find(entry.names, name, &Located<std::string>::value);
    if (written == entry.names.end()) return failed(0, "the entry that denies doesn't name this call itself");
    made.json = "the entry at " + render(policy_.file, entry.place) + " without " + json_quoted(name);
    return tried(made, without_element(policy_.text, entry.names.size() == 1 ? entry.place : written->place));
  }

  Result<Suggestion> allow_io_uring() const {
    if (!policy_.document.supervise) return failed(0, "the policy has no \"supervise\"");
    const AllowingRule made{
        "\"io_uring\": \"allow\"", "It allows every io_uring of every process under this policy.",
        "A process with a ring makes directories and opens files without a system call: rules "
        "on paths can be bypassed."};
    return tried(made, with_member(policy_.text, policy_.document.supervise->place, made.json));
  }

  scsup::Place place_of(std::size_t offset) const {
    const std::string_view before =
        std::string_view(policy_.text).substr(0, std::min(offset, policy_.text.size()));
    const auto line = static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
    const std::size_t begin = before.rfind('\n');
    return {
        line + 1,
        static_cast<std::uint32_t>(before.size() - (begin == std::string_view::npos ? 0 : begin + 1)) + 1};
  }

  Result<Suggestion> tried(const AllowingRule& made, std::string after) const {
    const Parsed parsed = parse(after);
    if (has_errors(parsed.diagnostics))
      return failed(0, "the policy with it would be wrong: " +
                           printable(first_error(policy_.file, parsed.diagnostics), Backslash::kept));
    const Built built = build(parsed.document, policy_.file, policy_.environment);
    if (!built.policy)
      return failed(0, "the policy with it would be wrong: " +
                           printable(first_error(policy_.file, built.diagnostics), Backslash::kept));
    const auto decision = built.policy->decide(call_.call, object_);
    if (!decision || decision->act != Act::allow)
      return failed(0, "no single rule allows this call: " +
                           (decision ? printable(decision->origin->words) + " would still deny it"
                                     : std::string("the log doesn't tell what its path led to")));
    return Suggestion{policy_.file, policy_.text, std::move(after), made.json, made.allows, made.risk};
  }

  const Record& record_;
  const RebuiltPolicy& policy_;
  const RecordedCall& call_;
  const std::string_view* object_;
};

}  // namespace

Result<Suggestion> suggest(const Record& record, const RebuiltPolicy& policy, const RecordedCall& call,
                           const std::string_view* object) {
  return Suggesting(record, policy, call, object).suggest();
}

}  // namespace scsup::analysis

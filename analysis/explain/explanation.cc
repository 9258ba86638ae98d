#include "analysis/explain/explanation.h"

#include <algorithm>

#include "analysis/explain/builtin_origin.h"
#include "analysis/explain/policy_text.h"
#include "analysis/explain/rebuilt_policy.h"
#include "analysis/explain/recorded_call.h"
#include "base/printable.h"
#include "supervisor/policy/explain/near_miss.h"

namespace scsup::analysis {
namespace {

std::string outcome(const Record& record) {
  const std::string err = printable(record.err);
  if (record.act == "kill") return "Killed";
  if (record.act == "deny") return err.empty() ? "Denied" : "Denied with " + err;
  const std::string done = record.act == "emulate" ? "Emulated" : "Allowed";
  return err.empty() ? done : done + ", and failed by itself with " + err + ",";
}

// The part that decided, from the record alone.
std::string named_by(const Record& record) {
  const std::string at = record.rule_at.empty() ? "" : " at " + printable(record.rule_at);
  if (record.by_default) return "a default of the policy" + at;
  return record.rule.empty() ? "the rule or entry" + at : "rule " + printable(record.rule) + at;
}

class Explaining {
 public:
  Explaining(const Record& record, const RebuiltPolicy& policy, Explanation& to)
      : record_(record), policy_(policy), to_(to) {}

  void explain() {
    to_.notes.insert(to_.notes.end(), policy_.unsure.begin(), policy_.unsure.end());
    const auto call = recorded_call(record_);
    if (!call) to_.whole = false, to_.notes.push_back("No rule can be tried: " + call.error().text() + ".");
    if (call) look(*call);
    const bool found = find_in_supervise(call ? &*call : nullptr) || find_in_profile(call ? &*call : nullptr);
    if (!found) {
      to_.whole = false;
      to_.notes.push_back("The policy that the log holds has nothing at " + printable(record_.rule_at) + ".");
    } else if (call) {
      compare(*call);
    }
  }

 private:
  std::string at(scsup::Place place) const { return printable(render(policy_.file, place)); }

  PolicyPart part(const std::string& what, const std::string& id, scsup::Place place) const {
    return {what + (id.empty() ? "" : " " + id) + " at " + at(place), id, at(place),
            quoted(policy_.text, place)};
  }
  bool is_at(scsup::Place place) const { return record_.rule_at == render(policy_.file, place); }

  void look(const RecordedCall& call) {
    object_ = seen_object(record_, call, *policy_.policy);
    if (call.redacted && object_) {
      to_.whole = false;
      to_.notes.emplace_back("The path is redacted in the log: globs are compared with what was left of it.");
    }
  }
  const std::string_view* object() const { return object_ ? &*object_ : nullptr; }

  bool find_in_supervise(const RecordedCall* call) {
    if (!policy_.document.supervise) return false;
    const Supervise& supervise = *policy_.document.supervise;
    const auto& rules = supervise.rules;
    const auto rule = std::ranges::find_if(rules, [&](const Rule& one) { return is_at(one.place); });
    const scsup::Place fallback = supervise.fallback ? supervise.fallback->place : supervise.place;
    if (rule != rules.end()) {
      to_.decided = part("rule", rule->id, rule->place);
    } else if (is_at(fallback)) {
      to_.decided = part("supervise.default", "", fallback);
      if (!supervise.fallback) {
        to_.decided->lines = quoted(policy_.text, fallback, 1);
        to_.notes.emplace_back(
            "\"supervise\" has no \"default\": what its rules name and none of them decides is denied with "
            "EPERM.");
      }
    } else {
      return false;
    }
    if (call) add_rules(supervise, *call, static_cast<std::size_t>(rule - rules.begin()));
    return true;
  }

  void add_rules(const Supervise& supervise, const RecordedCall& call, std::size_t before) {
    for (const RuleTrial& trial : try_rules(supervise, policy_.environment, call.call, object())) {
      if (trial.rule >= before) break;
      const Rule& rule = supervise.rules[trial.rule];
      if (trial.unmet.size() == 1 && !trial.path_unseen)
        to_.near.push_back({part("rule", rule.id, rule.place), {words(trial.unmet[0])}});
      else
        ++to_.further;
    }
  }

  bool find_in_profile(const RecordedCall* call) {
    const Profile& profile = policy_.document.profile;
    const auto& entries = profile.entries;
    const auto entry =
        std::ranges::find_if(entries, [&](const ProfileEntry& one) { return is_at(one.place); });
    if (entry != entries.end())
      to_.decided = part("the syscalls entry", "", entry->place);
    else if (profile.default_action && is_at(profile.default_action->place))
      to_.decided = part("defaultAction", "", profile.default_action->place);
    else if (record_.by_default && !profile.default_action && is_at({}))
      to_.decided = PolicyPart{"the absent defaultAction (allow) of " + printable(policy_.file), "", "", {}};
    else
      return false;
    if (policy_.document.supervise)
      to_.notes.emplace_back("No rule of \"supervise\" names this call: the Docker part decides it.");
    if (call) add_entries(profile, *call);
    return true;
  }

  void add_entries(const Profile& profile, const RecordedCall& call) {
    for (const EntryTrial& trial : try_entries(profile, policy_.environment, call.call)) {
      if (trial.unmet.empty()) continue;
      NearMiss miss{part("the syscalls entry", "", profile.entries[trial.entry].place), {}};
      for (const Unmet& unmet : trial.unmet) miss.unmet.push_back(words(unmet));
      to_.near.push_back(std::move(miss));
    }
  }

  std::string words(const Unmet& unmet) const {
    return printable(unmet.words) + " (" + at(unmet.place) + ")";
  }

  // Does the rebuilt policy decide as it did then?
  void compare(const RecordedCall& call) {
    const auto decision = policy_.policy->decide(call.call, object());
    if (decision && decision->origin->at != record_.rule_at) {
      to_.whole = false;
      to_.notes.push_back("Rebuilt from the log, the policy decides this call differently, by " +
                          printable(decision->origin->words) +
                          ": the log doesn't tell all of where it was in force.");
    } else if (decision && decision->act == Act::deny && decision->existing_first &&
               record_.err == "EEXIST") {
      to_.notes.emplace_back(
          "EEXIST and not the rule's errno: the directory is there, on the way to one where a rule allows "
          "something, so that mkdir -p gets there.");
    }
  }

  const Record& record_;
  const RebuiltPolicy& policy_;
  Explanation& to_;
  std::optional<std::string_view> object_;  // what the rules saw, "" if it has no path; points into the
                                            // RecordedCall
};

void explain_by_policy(const Record& record, const PolicyShelf& shelf, Explanation& to) {
  to.verdict = outcome(record) + " by " + named_by(record) + ".";
  const LoggedPolicy* const logged = shelf.find(record);
  const auto lacks = [&](std::string why) {
    to.whole = false;
    to.notes.push_back(std::move(why));
  };
  if (!logged)
    return lacks(shelf.full()
                     ? "The log holds more policies than are looked at; this call's is not among them."
                     : "The log doesn't hold the text of the policy (its `run` or `policy` record): "
                       "the beginning is missing, or it is in another file.");
  const auto policy = rebuild(logged->file, logged->text, shelf.surroundings(record));
  if (!policy) return lacks("The policy in the log can't be used: " + policy.error().text() + ".");
  Explaining(record, *policy, to).explain();
  if (to.decided) to.verdict = outcome(record) + " by " + to.decided->words + ".";
}

}  // namespace

Explanation explain(const Record& record, const PolicyShelf& shelf) {
  Explanation made;
  const std::string_view id = record.type == Type::task ? "@watch" : record.rule;
  if (!id.starts_with('@')) {
    explain_by_policy(record, shelf, made);
    return made;
  }
  const BuiltinOrigin* const builtin = builtin_origin(id);
  made.verdict = (record.type == Type::task ? "Let through" : outcome(record)) + " by " + printable(id) +
                 ", which is not a rule of the policy. " +
                 (builtin ? std::string(builtin->means) : "This version doesn't know what that is.");
  if (builtin) made.notes.emplace_back(builtin->remedy);
  return made;
}

}  // namespace scsup::analysis

#include "analysis/explain/judging.h"

#include <algorithm>
#include <cstdio>

#include "base/printable.h"
#include "supervisor/policy/explain/installed.h"
#include "supervisor/policy/text/errno_names.h"

namespace scsup::analysis {
namespace {

using Kind = Judged::Kind;

Judged unchanged() { return {Kind::unchanged, {}, {}, {}, {}}; }
Judged untold(std::string why) { return {Kind::untold, {}, {}, {}, std::move(why)}; }

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::string denial(int err) {
  const std::string_view name = errno_name(err);
  return "deny " + (name.empty() ? std::to_string(err) : std::string(name));
}

std::string emulation(const Call& call, const Decision& decision) {
  char text[32];
  std::snprintf(text, sizeof text, "emulate mode 0%03llo",
                static_cast<unsigned long long>(call.value(Role::mode).value_or(0) &
                                                decision.mode_mask.value_or(07777)));
  return text;
}

// What was done, in the words that are used for the new decision.
std::string done(const Record& record) {
  if (record.type == Type::task) return "allow";
  const std::string err = printable(record.err);
  return record.act == "deny" ? "deny " + (err.empty() ? "EPERM" : err) : printable(record.act);
}

// Whether the directory that a mkdir should make already existed, if the record tells.
std::optional<bool> existed(const Record& record, const std::optional<Decision>& old) {
  if (record.err == "EEXIST") return true;
  if (record.how == "performed" && record.err.empty()) return false;
  if (old && old->act == Act::deny && old->existing_first) return false;
  return std::nullopt;
}

// An entry of the Docker part may check registers that the call doesn't use, and records don't contain those.
bool looks_beyond(const RecordedCall& call, const Profile& profile) {
  return std::ranges::any_of(profile.entries, [&](const ProfileEntry& entry) {
    return std::ranges::any_of(
               entry.args, [&](const ProfileArgument& a) { return a.comparison.arg >= call.registers; }) &&
           call.call.syscall &&
           std::ranges::find(entry.names, call.call.syscall->name, &Located<std::string>::value) !=
               entry.names.end();
  });
}

class Comparing {
 public:
  Comparing(const Record& record, const RecordedCall& call, const Policy* old, const RebuiltPolicy& wanted)
      : record_(record), call_(call), old_(old), wanted_(wanted) {}

  Judged compare() {
    const std::string_view rule = record_.rule;
    if (is_one_of(rule, {"@runtime", "@kill", "@arch"})) return unchanged();  // whatever the policy is
    if (is_one_of(rule, {"@deadline", "@audit", "@gone"}))
      return untold("scsup could not decide them then (" + std::string(rule) + ")");
    if (record_.act.empty() && record_.type == Type::call) return untold("no decision is recorded");
    if (looks_beyond(call_, wanted_.document.profile))
      return untold("an entry of the new policy looks at registers that aren't recorded");
    // They failed before a path was judged, and would again if a path had to be.
    const bool could_not_look =
        is_one_of(rule, {"@path", "@unreadable", "@identity", "@userns", "@landlock"});
    find_object();
    auto decision = wanted_.policy->decide(call_.call, nullptr);
    if (could_not_look && (!decision || decision->act == Act::emulate)) return unchanged();
    if (!decision) {
      if (!object_) return untold("their path was not resolved");
      if (call_.redacted) return untold("their path is redacted");
      if (wanted_.lacks_home) return untold("the log doesn't tell which directory '~' stood for");
      decision = wanted_.policy->decide(call_.call, &*object_);
    }
    if (rule == "@path" && decision->act == Act::allow) return unchanged();  // it then fails by itself
    return next_to(*decision);
  }

 private:
  void find_object() {
    if (old_)
      object_ = seen_object(record_, call_, *old_);
    else if (call_.object)
      object_ = std::string_view(*call_.object);
    if (old_) decided_ = old_->decide(call_.call, object_ ? &*object_ : nullptr);
  }

  Judged next_to(const Decision& decision) const {
    std::string from = done(record_), to;
    switch (decision.act) {
      case Act::allow:
        to = "allow";
        break;
      case Act::kill:
        to = "kill";
        break;
      case Act::emulate:
        to = emulation(call_.call, decision);
        if (record_.act == "emulate") {
          if (!decided_ || decided_->act != Act::emulate)
            return untold("the log doesn't tell with which mode they were made");
          from = emulation(call_.call, *decided_);
        }
        break;
      case Act::deny: {
        to = denial(decision.err);
        if (!decision.existing_first || !call_.call.syscall || !call_.call.operation().creates()) break;
        const auto there = existed(record_, decided_);
        if (there.value_or(false)) to = denial(EEXIST);
        if (!there && record_.act == "deny" && decision.err != EEXIST)
          return untold("they stay denied, but with EEXIST if the directory was there");
        if (!there) to += ", or EEXIST";
        break;
      }
    }
    if (from == to) return unchanged();
    return {Kind::changed, std::move(from), std::move(to), printable(decision.origin->words), {}};
  }

  const Record& record_;
  const RecordedCall& call_;
  const Policy* const old_;
  const RebuiltPolicy& wanted_;
  std::optional<std::string_view> object_;
  std::optional<Decision> decided_;  // by the old policy
};

}  // namespace

Result<Judged> Judging::judge(const Record& record, const PolicyShelf& shelf) {
  const auto pair = pair_for(record, shelf);
  if (!pair) return failed(pair.error());
  const auto call = recorded_call(record);
  if (!call) return untold(call.error().text());
  return Comparing(record, *call, (*pair)->old.get(), (*pair)->wanted).compare();
}

Result<const Judging::Pair*> Judging::pair_for(const Record& record, const PolicyShelf& shelf) {
  const LoggedPolicy* const logged = shelf.find(record);
  const Surroundings where = shelf.surroundings(record);
  for (const Pair& pair : pairs_)
    if (pair.logged == logged && pair.where == where) return &pair;

  auto wanted = rebuild(file_, text_, where);
  if (!wanted) return failed(wanted.error());
  Pair made{logged, where, nullptr, std::move(*wanted)};
  unsure_.insert(made.wanted.unsure.begin(), made.wanted.unsure.end());
  if (logged) {
    if (auto old = rebuild(logged->file, logged->text, where)) made.old = std::move(old->policy);
  }
  if (made.old) {
    for (const StillDecided& one : still_decided(*made.old, *made.wanted.policy, false))
      by_filters_.insert(one.syscall + " (" + one.how + ")");
  } else {
    unsure_.insert(
        "The log doesn't hold each policy that was in force: which calls their filters decided isn't known.");
  }
  if (pairs_.size() == most_pairs) pairs_.pop_front();
  return &pairs_.emplace_back(std::move(made));
}

}  // namespace scsup::analysis

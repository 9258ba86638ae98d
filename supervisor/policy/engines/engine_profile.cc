#include "supervisor/policy/engines/engine_profile.h"

#include <algorithm>
#include <map>
#include <set>

#include "supervisor/policy/engines/edited_profile.h"
#include "supervisor/policy/engines/engine_calls.h"
#include "supervisor/policy/rules/traps.h"
#include "supervisor/policy/text/json_text.h"
#include "supervisor/seccomp/engine_names.h"

namespace scsup {
namespace {

class Maker {
 public:
  Maker(const Document& document, const Json& tree, const std::string& file, const Environment& environment)
      : document_(document), tree_(tree), file_(file), environment_(environment) {}

  EngineProfile make() {
    Document adapted = document_;
    adapt_audit(adapted);
    const Built built = build(adapted, file_, environment_);
    if (!built.policy || has_errors(result_.remarks)) return std::move(result_);
    const std::vector<EngineCall> calls = engine_calls(*built.policy);
    for (const EngineCall& call : calls) sort(call);
    ask_about_gated_entries();
    for (const EngineCall& call : calls) let_runtimes_through(call);
    write();
    if (has_errors(result_.remarks)) result_.json.reset();
    return std::move(result_);
  }

 private:
  void error(Place place, std::string message) {
    result_.remarks.push_back({Diagnostic::Severity::error, place, std::move(message)});
  }
  void warning(Place place, std::string message) {
    result_.remarks.push_back({Diagnostic::Severity::warning, place, std::move(message)});
  }
  Place default_place() const {
    return document_.profile.default_action ? document_.profile.default_action->place : Place{};
  }
  bool allows_by_default() const {
    return !document_.profile.default_action ||
           document_.profile.default_action->value == ProfileAction::allow ||
           document_.profile.default_action->value == ProfileAction::log;
  }

  // Engines refuse SCMP_ACT_NOTIFY as the default, so what the default denies can't be recorded.
  void adapt_audit(Document& adapted) {
    const AuditScope scope = document_.supervise ? document_.supervise->audit : AuditScope::denied;
    if (scope == AuditScope::all)
      return error(document_.supervise->audit_place,
                   "\"audit\": \"all\" would show every call to the supervisor, and engines refuse "
                   "SCMP_ACT_NOTIFY for write and by default; use \"denied\" or \"trapped\"");
    const auto& by_default = document_.profile.default_action;
    if (scope != AuditScope::denied || !by_default || by_default->value != ProfileAction::error) return;
    if (!adapted.supervise) adapted.supervise.emplace();
    adapted.supervise->audit = AuditScope::trapped;
    warning(by_default->place,
            "what this denies is not recorded: engines refuse SCMP_ACT_NOTIFY as the default action");
  }

  void sort(const EngineCall& call) {
    if (!call.asked && !call.by_supervise) return;
    decided_[std::string(call.name)] = call.action;
    if (call.action != ask_supervisor) return;
    if (!can_be_notified(call.name))
      error({}, "runtimes can't start a container when " + in_quotes(call.name) +
                    " is notified, since they hand the listener over with it: " + call.origin->words +
                    " asks for that");
  }

  // For an entry that denies, but counts only on some machines or with some capabilities, in a profile that will have
  // no default to fall back to: the supervisor knows whether it counts.
  void ask_about_gated_entries() {
    const auto is_gate = [](const ProfileGate& gate) {
      return !gate.caps.empty() || !gate.arches.empty() || gate.min_kernel;
    };
    if (!needs_closing()) return;
    for (const ProfileEntry& entry : document_.profile.entries) {
      if (!is_gate(entry.includes) && !is_gate(entry.excludes)) continue;
      for (const auto& name : entry.names)
        if (can_be_notified(name.value)) decided_[name.value] = ask_supervisor;
    }
  }

  // One of our calls may have no name in an engine, and everything unnamed is allowed.
  bool needs_closing() const { return allows_by_default() && !unnamed().empty(); }
  std::vector<std::string> unnamed() const {
    std::vector<std::string> names;
    for (const auto& [name, action] : decided_)
      if (const Syscall* syscall = find_syscall(name);
          syscall && !engines_know(*syscall) && !lets_through(action))
        names.push_back(name);
    return names;
  }

  // The supervisor lets these through before the first exec.
  void let_runtimes_through(const EngineCall& call) {
    if (!runtimes_need(call) || lets_through(call.action) || call.action == ask_supervisor) return;
    const std::string name(call.name);
    if (can_be_notified(name))
      decided_[name] = ask_supervisor;
    else
      error({},
            in_quotes(name) + " is denied by " + call.origin->words +
                ", but container runtimes need it before they start the program, and it can't be notified; "
                "add {\"names\": [\"" +
                name + "\"], \"action\": \"SCMP_ACT_ALLOW\"}");
  }

  void write() {
    EditedProfile profile(tree_, document_.profile);
    remove(profile.json, "supervise");
    if (!document_.profile.default_action) set(profile.json, "defaultAction", json_string("SCMP_ACT_ALLOW"));
    const auto ours = [&](const std::string& name) { return decided_.contains(name); };
    profile.take_out(ours);
    const auto skipped = unnamed();
    if (needs_closing()) {
      if (auto closed = close_default(profile, ours); !closed) error({}, closed.error().text());
      warning(default_place(), "libseccomp 2.5.4 has no name for " + list(skipped) +
                                   ": this profile lists all other calls instead of allowing by default, so "
                                   "that engines with that "
                                   "version deny it (ENOSYS)");
    } else if (!skipped.empty()) {
      warning(default_place(), "libseccomp 2.5.4 has no name for " + list(skipped) +
                                   ": engines with that version do here what the default says");
    }
    std::map<std::uint32_t, std::vector<std::string>> by_action;
    for (const auto& [name, action] : decided_) by_action[action].push_back(name);
    for (auto& [action, names] : by_action)
      if (action != ask_supervisor) profile.entries.push_back(new_entry(std::move(names), action));
    if (const auto asked = by_action.find(ask_supervisor); asked != by_action.end())
      profile.entries.push_back(new_entry(std::move(asked->second), ask_supervisor));
    result_.json = profile.written();
  }

  static std::string list(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + in_quotes(name);
    return text;
  }

  const Document& document_;
  const Json& tree_;
  const std::string& file_;
  const Environment& environment_;
  EngineProfile result_;
  std::map<std::string, std::uint32_t> decided_;  // by our entries, instead of those of the file
};

}  // namespace

EngineProfile engine_profile(const Document& document, const Json& tree, const std::string& file,
                             const Environment& environment) {
  return Maker(document, tree, file, environment).make();
}

}  // namespace scsup

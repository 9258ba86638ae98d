#include <algorithm>
#include <set>

#include "supervisor/policy/filter/plan.h"
#include "supervisor/policy/policy.h"
#include "supervisor/policy/rules/profile_steps.h"
#include "supervisor/policy/rules/rule_steps.h"
#include "supervisor/policy/rules/traps.h"

namespace scsup {
namespace {

constexpr int no_such_call = 38;  // ENOSYS

// What scsup performs for a task must respect the restrictions that the task has put on itself.
bool is_watched(const Syscall& syscall, const PolicyTables& tables) {
  return syscall.confines && tables.performs_confined;
}

// A call that acts on a path: for most of these io_uring needs no system call.
bool acts_on_paths(const Syscall& syscall) {
  return syscall.is_performed() || syscall.position(Role::path) >= 0;
}

bool rules_act_on_paths(const RuleSteps& rules) {
  return std::ranges::any_of(rules.named(), [](const CallKey& key) {
    const Syscall* syscall = find_syscall(key.first, key.second);
    return syscall && acts_on_paths(*syscall);
  });
}

void add_builtins(PolicyTables& tables) {
  tables.watch = tables.add_origin(
      {Origin::Kind::builtin, "@watch", "", "what a task is changes: it is noticed, and let through"});
  Ruling killed;
  killed.decision.act = Act::kill;
  killed.decision.origin = tables.add_origin(
      {Origin::Kind::builtin, "@architecture", "", "the policy does not admit calls of this architecture"});
  killed.kernel = SECCOMP_RET_KILL_PROCESS;
  tables.not_admitted = tables.add_ruling(std::move(killed));
}

const Ruling* refuse_io_uring(PolicyTables& tables, AuditScope scope) {
  Ruling refused;
  refused.decision.err = no_such_call;
  refused.decision.origin = tables.add_origin(
      {Origin::Kind::builtin, "@io_uring", "",
       "io_uring is refused because it can bypass path rules; see io_uring in scsup-policy(5)"});
  refused.kernel = scope == AuditScope::trapped ? SECCOMP_RET_ERRNO | no_such_call : SECCOMP_RET_USER_NOTIF;
  return tables.add_ruling(std::move(refused));
}

void collect_calls(const Supervise* supervise, const ProfileSteps& profile, const RuleSteps* rules,
                   Traps& traps, PolicyTables& tables) {
  const Syscall* io_uring = find_syscall("io_uring_setup");
  const Ruling* refused = rules && !supervise->allow_io_uring && rules_act_on_paths(*rules)
                              ? refuse_io_uring(tables, supervise->audit)
                              : nullptr;
  std::set<CallKey> keys;
  for (const CallKey& key : profile.named()) keys.insert(key);
  if (rules)
    for (const CallKey& key : rules->named()) keys.insert(key);
  for (const CallKey& key : traps.named()) keys.insert(key);
  for (const Syscall& syscall : all_syscalls())
    if (syscall.runs_program || is_watched(syscall, tables) || (refused && &syscall == io_uring))
      for (const Abi abi : tables.abis)
        if (syscall.number(abi) >= 0) keys.insert({abi, static_cast<std::uint32_t>(syscall.number(abi))});

  for (const CallKey& key : keys) {
    CallSteps call;
    std::tie(call.abi, call.nr) = key;
    call.syscall = find_syscall(call.abi, call.nr);
    call.watched = is_watched(*call.syscall, tables);
    call.supervised = rules && rules->names(key);
    call.steps = profile.steps(key);
    if (call.supervised)
      call.steps = rules->steps(key, std::move(call.steps));
    else if (refused && call.syscall == io_uring)
      call.steps = {{{}, false, 0, refused}};
    traps.mark(call);
    tables.calls.push_back(std::move(call));
  }
}

void read_flags(const Profile& profile, FilterPlan& plan, Diagnostics& diagnostics) {
  for (const auto& flag : profile.flags) {
    if (flag.value == "SECCOMP_FILTER_FLAG_LOG")
      plan.log = true;
    else if (flag.value == "SECCOMP_FILTER_FLAG_SPEC_ALLOW")
      diagnostics.push_back(
          {Diagnostic::Severity::warning, flag.place,
           in_quotes(flag.value) + " has no effect: scsup keeps the mitigation of speculative store bypass"});
    // TSYNC isn't needed: the filter is loaded while the command has one thread. WAIT_KILLABLE_RECV is used wherever
    // it exists.
  }
}

}  // namespace

Built build(const Document& document, const std::string& file, const Environment& environment) {
  Built built;
  auto tables = std::make_unique<PolicyTables>();
  tables->file = file;
  add_builtins(*tables);

  const Supervise* supervise = document.supervise ? &*document.supervise : nullptr;
  const Ruling* fallback = supervise ? default_ruling(*supervise, *tables) : nullptr;
  const ProfileSteps profile(document, environment, fallback ? &fallback->decision : nullptr, *tables,
                             built.diagnostics);
  std::optional<RuleSteps> rules;
  if (supervise) rules.emplace(*supervise, environment, fallback, *tables, built.diagnostics);
  if (has_errors(built.diagnostics)) return built;
  Traps traps(supervise, *tables, built.diagnostics);

  collect_calls(supervise, profile, rules ? &*rules : nullptr, traps, *tables);
  tables->index_calls();
  tables->plan = make_plan(*tables);
  read_flags(document.profile, tables->plan, built.diagnostics);
  built.policy = std::shared_ptr<const Policy>(new Policy(std::move(tables)));
  return built;
}

}  // namespace scsup

// From the steps of each call to what the seccomp filter does with it.
//
// The steps are walked from the top. A step that the registers decide and that nobody wants on record becomes
// a branch with its own action (ALLOW, ERRNO, or the Docker part's KILL, TRAP, TRACE, LOG). Any other step -
// one with a path, an emulation, or an audited result - becomes a branch that notifies the supervisor, under
// the step's own register conditions: where these don't hold the step can't match, so the steps below it may
// still be decided in the kernel. The first step without register conditions ends the walk and is
// `otherwise`.
//   deny if mode & 06000 (audited); allow if path; default deny (audited)   -> everything notifies
//   deny if mode & 06000 (audited); default allow     -> branch mode & 06000: notify; otherwise: allow
// So for every call, whatever the filter says other than "notify" is what Policy::decide() says too.
//
// On top of that:
// - landlock_restrict_self is never let through unseen where calls are performed that Landlock can forbid.
// - A call that supervise.trap names notifies instead of ALLOW, LOG and ERRNO (traps.h).
// - A call with more branches than branch_limit, and the longest calls while all branches together would
//   threaten BPF's 4096 instructions, notify instead: slower, and the same decision. Not so where the Docker
//   part asks for TRAP, TRACE or LOG, which only the kernel can do.
// - A call whose plan is just the default action is left out.
#pragma once

#include "supervisor/policy/rules/steps.h"

namespace scsup {

inline constexpr std::size_t branch_limit = 64;  // per call

FilterPlan make_plan(const PolicyTables& tables);

// The plan for a filter that the agent puts on itself: its own exec, which it marks (base/handshake.h), is
// shown to the supervisor where it would just pass, so that the command waits until it is supervised. No
// other exec is.
FilterPlan with_marked_exec(FilterPlan plan);
// Not so where the kernel alone can do what is to become of other execs (LOG, TRAP, TRACE): is it shown?
bool shows_marked_exec(const FilterPlan& plan);

// The plan of one call; `show` describes it.
CallPlan plan_call(const CallSteps& call);

}  // namespace scsup

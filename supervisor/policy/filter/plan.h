// From the steps of each call to what the seccomp filter does with it.
//
// The steps are walked from the top. A step that the registers decide and that needs no record becomes a branch with
// its own action (ALLOW, ERRNO, or the Docker part's KILL, TRAP, TRACE, LOG). Any other step - one with a path, an
// emulation, or an audited result - becomes a branch that notifies the supervisor, under the step's own register
// conditions: if these don't hold, the step can't match, so the steps below it may still be decided in the kernel.
// The first step without register conditions ends the walk and is `otherwise`.
//   deny if mode & 06000 (audited); allow if path; default deny (audited)   -> everything notifies
//   deny if mode & 06000 (audited); default allow     -> branch mode & 06000: notify; otherwise: allow
// So for every call, if the filter says anything but "notify", Policy::decide() says the same.
//
// In addition:
// - landlock_restrict_self is never let through unseen if calls are performed that Landlock can forbid.
// - A call that supervise.trap names notifies instead of ALLOW, LOG and ERRNO (traps.h).
// - A call with more branches than branch_limit, and the longest calls as long as all branches together would
//   threaten BPF's 4096 instructions, notify instead: slower, with the same decision. Except if the Docker part says
//   TRAP, TRACE or LOG, which only the kernel can do.
// - A call whose plan is just the default action is left out.
#pragma once

#include "supervisor/policy/rules/steps.h"

namespace scsup {

inline constexpr std::size_t branch_limit = 64;  // per call

FilterPlan make_plan(const PolicyTables& tables);

// The plan for a filter that the agent loads itself: it traps the agent's own exec, which is marked
// (base/handshake.h), even if that would just pass, so that the command waits until it is supervised. It traps no
// other exec for that.
FilterPlan with_marked_exec(FilterPlan plan);
// Is the marked exec trapped? Not if only the kernel can do the action for other execs (LOG, TRAP, TRACE).
bool shows_marked_exec(const FilterPlan& plan);

// The plan of one call; `show` describes it.
CallPlan plan_call(const CallSteps& call);

}  // namespace scsup

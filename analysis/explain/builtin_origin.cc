#include "analysis/explain/builtin_origin.h"

#include <algorithm>
#include <iterator>

namespace scsup::analysis {
namespace {

constexpr BuiltinOrigin origins[] = {
    {"@arch", "The call came by an architecture that scsup doesn't know, and got ENOSYS.",
     "scsup knows the ABIs of x86: run a program that was built for one of them."},
    {"@architecture", "The policy doesn't admit calls of this architecture, so the process was killed.",
     "Add the architecture to \"archMap\" in the policy if the program is to run."},
    {"@audit", "The audit log could not be written at that moment, and a call without a record is denied.",
     "Look for a `gap` record near it (show --records), make room on the disk or repair it, and try again."},
    {"@deadline", "The call could not be looked at within 10 seconds, or before scsup ended.",
     "A file system that hangs (FUSE, a network) or memory that is never filled in: look at what the path "
     "leads "
     "to."},
    {"@gone", "The target had died, or a signal had interrupted the call, before it could be answered.",
     "There is nothing to do: no task waited for the answer."},
    {"@identity",
     "scsup may not take over the target's user, groups and capabilities, and so can't act for the target.",
     "Run scsup as root, or with CAP_SETUID, CAP_SETGID and what the target has."},
    {"@io_uring",
     "io_uring is refused, because a ring can make directories and open files without a system call.",
     "Most programs do without. Else say \"io_uring\": \"allow\" in \"supervise\", and rules on paths can be "
     "bypassed."},
    {"@kill", "The session was being killed (scsup kill), and so was each process that still made calls.",
     "There is nothing to do: somebody wanted it."},
    {"@landlock",
     "scsup can't follow the target into its Landlock domain (landlock(7)), or can't tell which that is.",
     "Look whether something lowered the target's RLIMIT_LOCKS, by which scsup tells domains; or deny "
     "landlock_restrict_self by a rule."},
    {"@no-policy",
     "The session has no policy, because what its runtime named can't be used: each call is denied.",
     "Its `attach` record and scsup's messages at that time say why; correct the name or the policy and "
     "start "
     "it again."},
    {"@path", "The path can't be followed; without scsup the call fails the same way.",
     "No rule decided this: look whether each directory of the path exists and may be searched."},
    {"@runtime", "The container's runtime did this itself, before it started the program; it is let through.",
     "There is nothing to do: rules apply from the first exec on."},
    {"@trap", "supervise.trap shows this call to scsup, so that a later policy can decide it.",
     "Take it out of \"trap\" if it need not be recorded."},
    {"@unreadable", "scsup could not read the target's memory, which holds the path.",
     "The target isn't dumpable (prctl(2) PR_SET_DUMPABLE), or has other ids: run scsup with "
     "CAP_SYS_PTRACE."},
    {"@userns",
     "scsup can't act in the target's user or mount namespace, or its process there was killed meanwhile.",
     "Run scsup as root, or as the user who made the namespace; look whether something in it kills "
     "processes."},
    {"@watch",
     "No policy asks for this exec: it is let through, and tells scsup where a container's runtime ends and "
     "its "
     "program begins.",
     "There is nothing to do."},
};
static_assert(std::ranges::is_sorted(origins, {}, &BuiltinOrigin::id));

}  // namespace

const BuiltinOrigin* builtin_origin(std::string_view id) {
  const auto* const found = std::ranges::find(origins, id, &BuiltinOrigin::id);
  return found == std::end(origins) ? nullptr : found;
}

}  // namespace scsup::analysis

#include "supervisor/session/refusals.h"

namespace scsup::refusal {

namespace {
Origin builtin(const char* id, const char* words) { return {Origin::Kind::builtin, id, "", words}; }
}  // namespace

const Origin foreign_call =
    builtin("@arch", "the call came by an architecture that this supervisor doesn't know");
const Origin no_path = builtin("@path", "the path can't be followed; without scsup it fails the same way");
const Origin unreadable = builtin("@unreadable",
                                  "the target's memory can't be read (it isn't dumpable, see prctl(2) "
                                  "PR_SET_DUMPABLE; run scsup with CAP_SYS_PTRACE)");
const Origin no_identity = builtin("@identity",
                                   "scsup lacks the capabilities to act with the target's identity, or a "
                                   "filter refuses setfsuid, setfsgid, setgroups or capset to it");
const Origin no_deputy = builtin(
    "@userns",
    "scsup can't act in the target's user or mount namespace, or its process there was killed meanwhile");
const Origin no_domain = builtin(
    "@landlock", "scsup can't follow the target into its Landlock domain, or can't tell which that is");
const Origin too_late =
    builtin("@deadline", "the call could not be looked at within 10 seconds, or before scsup ended");
const Origin no_audit = builtin("@audit", "the audit log can't be written");
const Origin runtime_call =
    builtin("@runtime", "what the container runtime does itself before it runs the program");
const Origin killed = builtin("@kill", "the session was killed (scsup kill)");
const Origin vanished = builtin("@gone", "the target has gone");

}  // namespace scsup::refusal

#include "supervisor/control/interface.h"

namespace scsup::control {

// As varlink publishes it (https://varlink.org/Service); InvalidParameter also says why.
const char* const varlink_description = R"(# What every varlink service answers
interface org.varlink.service

method GetInfo() -> (
  vendor: string,
  product: string,
  version: string,
  url: string,
  interfaces: []string
)

method GetInterfaceDescription(interface: string) -> (description: string)

error InterfaceNotFound (interface: string)
error MethodNotFound (method: string)
error InvalidParameter (parameter: string, reason: ?string)
)";

const char* const own_description = R"(# What a running scsup supervisor can be asked: see scsup-control(7)
interface io.scsup.control

# Calls, by what was decided. watched: no rule names the call, it was noticed and let through (the command's
# own exec, each exec in a container, landlock_restrict_self). Not counted: a call whose target died or was
# interrupted before it was decided
type Counts (allowed: int, denied: int, emulated: int, watched: int)

# One policy that a session has had, with the calls that it decided
type Generation (number: int, policy: string, file: string, sha: string, counts: Counts)

# The last generation is in force. container is empty for a command; p50_ns and p99_ns are the time
# from receiving a call to deciding it, 0 before the first; since_us counts from 1970
type Session (
  number: int,
  command: string,
  container: [string]string,
  pid: int,
  generations: []Generation,
  received: int,
  answered: int,
  pending: int,
  p50_ns: int,
  p99_ns: int,
  since_us: int,
  listeners: int,
  remark: string
)

# One rule in one session, and the last call that it decided. slowest_ns is 0 when not known
type Rule (rule: string, syscall: string, calls: int, denied: int, slowest_ns: int)

type SessionRules (session: int, rules: []Rule)

# One session under a new policy
type Changed (session: int, generation: int, needs_restart: []string)

# With mistakes, the old generation is still in force
type Reloaded (
  policy: string,
  file: string,
  sha: string,
  generation: int,
  changed: bool,
  mistakes: []string,
  sessions: []Changed
)

# events: by what the supervisor waits, "io_uring" or "epoll"
method Sessions() -> (sessions: []Session, remarks: []string, events: string)

method Inspect(session: int) -> (
  session: Session,
  policy_text: string,
  filter: string,
  trapped: []string,
  filter_known: bool,
  processes: []int,
  rules: []Rule
)

# All counts at one moment; rates are differences of two replies. mono_us is of a monotonic clock
method Top() -> (mono_us: int, now_us: int, sessions: []Session, rules: []SessionRules)

# The file that records go to, absolute; empty: they go to none. What was decided so far is in it
method Audit() -> (file: string)

# Without names: all policies. All of them change, or none does
method Reload(names: ?[]string) -> (policies: []Reloaded)

# file is how places in the text are named
method SetPolicy(session: int, file: string, text: string) -> (policy: Reloaded)

# How many processes were killed
method Kill(session: int) -> (processes: int)

error NoSuchSession (session: int)
error NoSuchPolicy (reason: string)
error PermissionDenied (reason: string)
error BrokenMessage (reason: string)
error Busy (reason: string)
error Failed (reason: string, errno: int)
)";

}  // namespace scsup::control

// The process that the shell sees.
//
// `scsup run` is three processes: the front, which stands for the command in the shell's job control; the
// supervisor, its child, out of its process group so that Ctrl-Z never stops it and background targets
// never hang; the command, child of the supervisor, in the front's process group, so that the terminal treats
// it as without scsup.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/fd.h"
#include "supervisor/command/audit_file.h"

namespace scsup {

// What the front and the supervisor tell each other, over a socket pair.
struct FrontMessage {
  enum class Kind : std::int32_t {
    signal,     // front to supervisor: pass this signal on to the command
    stopped,    // supervisor to front: the command was stopped; the how manieth time
    continued,  // front to supervisor: after which of them this process was continued
    ended,      // supervisor to front: all is over; the command's wait status
  };
  Kind kind;
  std::int32_t value;
};

bool send_front_message(const Fd& socket, FrontMessage message);
// False: the other side has gone.
bool receive_front_message(const Fd& socket, FrontMessage& message);

// Stands for the command until the supervisor says it is over: passes signals on, stops when the command
// stops. Returns the exit status; a command that was killed by a signal kills this process the same way. All
// signals must be blocked.
int stand_for_command(Fd supervisor, const AuditTarget& audit);

}  // namespace scsup

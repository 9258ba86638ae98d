// The process that the shell sees.
//
// `scsup run` is three processes. The front stands for the command in the shell's job control. The supervisor, its
// child, is out of its process group, so that Ctrl-Z never stops it and background targets never hang. The command,
// child of the supervisor, is in the front's process group, so that the terminal treats it as without scsup.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/fd.h"
#include "supervisor/command/audit_file.h"

namespace scsup {

// What the front and the supervisor tell each other, over a socket pair.
struct FrontMessage {
  enum class Kind : std::int32_t {
    signal,     // front to supervisor: pass this signal of that sender on to the command
    stopped,    // supervisor to front: the command was stopped; the value counts its stops
    continued,  // front to supervisor: this process was continued; the value is the last stop that it knows
                // of
    left,       // supervisor to front: the command has ended, processes that it left go on
    ended,      // supervisor to front: all is over; the command's wait status
  };
  Kind kind;
  std::int32_t value = 0;
  pid_t sender = 0;
};

bool send_front_message(const Fd& socket, FrontMessage message);
// False: the other side has gone.
bool receive_front_message(const Fd& socket, FrontMessage& message);

// What the front does when the supervisor has ended without a message.
enum class WhenAlone { leave_command, end_command };

// Stands for the command until the supervisor says that everything has ended: passes signals on, and reports when it
// is continued. Once the command has ended and processes that it left go on, Ctrl-Z stops this process by itself. The
// supervisor stops and continues this process as the command stops and continues: two signals from one sender keep
// their order, so a command that is continued at once never leaves its front stopped. Returns the exit status; if a
// signal killed the command, it kills this process the same way. All signals must be blocked.
int stand_for_command(Fd supervisor, pid_t supervisor_pid, const AuditTarget& audit, WhenAlone then);

// Stops and continues the front, and never another process that may have got its number.
class FrontProcess {
 public:
  FrontProcess();  // in the front, before the supervisor is forked
  void send(int signal) const;
  // Waits for its end, which is due, and continues it whenever it is stopped. Not under a debugger.
  void see_off() const;
  int pidfd() const { return pidfd_.get(); }

 private:
  const pid_t pid_;
  Fd pidfd_;
};

}  // namespace scsup

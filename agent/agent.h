// Runs a command under the supervisor at the other end of `socket`.
//
// The thread that will exec loads the filter. A courier thread of the same process, created before and therefore
// unfiltered, hands the listener over and speaks for it. So the handover needs no system call that the policy may
// trap or forbid: once the filter is loaded, the filtered thread makes exactly one call, execve. If the filter traps
// that, the call waits in the kernel for the answer of the supervisor, which has the listener by then; if there is no
// supervisor, it fails (ENOSYS). Nothing is ever exec'ed unsupervised: run() either execs or ends the process.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"

namespace scsup::agent {

// As in a shell: 125 our own failure, 126 not executable or denied, 127 not found.
enum ExitStatus { exit_own_failure = 125, exit_not_executable = 126, exit_not_found = 127 };

struct Command {
  std::vector<std::string> argv;  // argv[0] is searched in $PATH unless it has a slash
  std::string policy;             // name sent in Hello; "" for the supervisor's default
  std::string policy_file{};      // a file that is sent along instead; "": none
};

// Must be called from a process with one thread. Prints "scsup: ..." on stderr when it fails.
[[noreturn]] void run(Fd socket, const Command& command);

}  // namespace scsup::agent

// This file is built without sanitizers: ThreadSanitizer's runtime takes locks at each atomic, and the policy may
// deny a futex call here.
#include "agent/filtered_thread.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/handshake.h"

namespace scsup::agent {
namespace {

// The listener's number, or a negative errno.
int load(const Filter& filter) {
  const sock_fprog program{static_cast<unsigned short>(filter.instructions.size()),
                           const_cast<sock_filter*>(filter.instructions.data())};
  const auto attempt = [&] {
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter.flags, &program);
  };
  long listener = attempt();
  if (listener < 0 && errno == EACCES && ::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0)
    listener = attempt();
  return static_cast<int>(listener < 0 ? -errno : listener);
}

}  // namespace

// From load() on nothing may allocate, print or lock.
void load_and_exec(Handover& handover, const Filter& filter, char* const* argv) {
  const char* const path = handover.path.c_str();
  ::syscall(SYS_set_tid_address, &handover.filtered_thread_lives);
  const int listener = load(filter);
  if (listener < 0) {
    handover.load_error = -listener;
  } else {
    handover.listener = listener;
    while (!filter.exec_waits && !handover.go) __builtin_ia32_pause();
    ::syscall(SYS_execve, path, argv, environ, handshake::exec_mark);
    handover.exec_error = errno;
  }
  for (;;) __builtin_ia32_pause();  // the courier ends the process
}

}  // namespace scsup::agent

// The unfiltered thread that speaks for the one that execs.
//
// The two threads share only a Handover and communicate through its atomics. The filtered thread can't be relied on
// to make any call, not even futex or exit, so the courier polls. If the filter traps execve, the exec itself waits
// in the kernel for the supervisor's answer; if it doesn't, the filtered thread spins until the courier has heard Go.
#pragma once

#include <atomic>
#include <string>

#include "base/fd.h"

namespace scsup::agent {

struct Handover {
  Fd socket;
  std::string command;  // argv[0]
  std::string path;     // the file that the command names
  int tid = 0;          // the thread that will exec

  // Written by the filtered thread, each once.
  std::atomic<int> load_error{0};  // an errno: there is no filter
  std::atomic<int> listener{-1};
  std::atomic<bool> go{false};     // by the courier
  std::atomic<int> exec_error{0};  // an errno: the command doesn't run
  // Set to 0 by the kernel when the filter has killed the thread (set_tid_address(2)). Nothing else can tell: a
  // killed first thread stays a zombie, and /proc may be missing or belong to another PID namespace.
  std::atomic<int> filtered_thread_lives{1};
  static_assert(std::atomic<int>::is_always_lock_free);
};

// Starts the courier. It ends with the exec, or ends the process. Signals never reach it; the caller's mask and
// dispositions are unchanged. Returns 0, or an errno.
int start_courier(Handover& handover);

}  // namespace scsup::agent

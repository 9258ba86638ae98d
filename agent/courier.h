// The unfiltered thread that speaks for the one that execs.
//
// The two share nothing but a Handover and talk through its atomics: the filtered thread can't be relied on
// to make any call, not even futex or exit, so the courier looks. Where the filter traps execve the exec
// itself waits, in the kernel, for the supervisor's answer; where it doesn't, the filtered thread spins until
// the courier has heard Go.
#pragma once

#include <atomic>
#include <string>

#include "base/fd.h"

namespace scsup::agent {

struct Handover {
  Fd socket;
  std::string command;  // argv[0]
  std::string path;     // the file it means
  int tid = 0;          // the thread that will exec

  // Written by the filtered thread, each once.
  std::atomic<int> load_error{0};  // an errno: there is no filter
  std::atomic<int> listener{-1};
  std::atomic<bool> go{false};     // by the courier
  std::atomic<int> exec_error{0};  // an errno: the command doesn't run
  // By the kernel, when the filter has killed the thread: 0 (set_tid_address(2)). Asked of nothing else, as a
  // killed first thread stays a zombie, and /proc may be missing or another PID namespace's.
  std::atomic<int> filtered_thread_lives{1};
  static_assert(std::atomic<int>::is_always_lock_free);
};

// Starts the courier: it ends with the exec, or ends the process. Signals never reach it; the caller's mask
// and dispositions are as before. 0, or an errno.
int start_courier(Handover& handover);

}  // namespace scsup::agent

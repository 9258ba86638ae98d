// The unfiltered thread that speaks for the one that execs.
//
// The two share nothing but a Handover and talk through its atomics: the filtered thread can't be relied on
// to make any call, not even futex or exit, so it spins, and the courier looks.
#pragma once

#include <atomic>
#include <string>

#include "base/fd.h"

namespace scsup::agent {

struct Handover {
  enum class Step : int {
    loading,      // the filter is not on yet
    load_failed,  // number: errno
    loaded,       // number: the listener
    go,           // the supervisor is ready: exec
    exec_failed,  // number: errno
  };

  Fd socket;
  std::string command;  // argv[0]
  std::string path;     // the file it means
  int tid = 0;          // the thread that will exec
  std::atomic<int> number{0};
  std::atomic<Step> step{Step::loading};
  static_assert(std::atomic<Step>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

  // For the filtered thread: no system call in either.
  void tell(Step next, int what);
  void spin_until(Step next) const;
};

// Starts the courier: it ends with the exec, or ends the process. Signals never reach it; the caller's mask
// and dispositions are as before. 0, or an errno.
int start_courier(Handover& handover);

}  // namespace scsup::agent

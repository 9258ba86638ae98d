// What this kernel's seccomp can do, determined by asking it, not by its version.
//
// seccomp(SET_MODE_FILTER, flags, NULL) fails with EINVAL for a flag it doesn't know and with EFAULT otherwise;
// nothing is installed either way. One feature can't be asked for (that would take a child that waits for ever if the
// kernel lacks it); it is derived from the version.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace scsup {

struct KernelFeatures {
  std::uint32_t load_flags = 0;    // NEW_LISTENER, and WAIT_KILLABLE_RECV where known (5.19)
  bool user_notification = false;  // without it (before 5.0, or no CONFIG_SECCOMP_FILTER) scsup can't run
  bool receive_ends_with_targets =
      false;           // RECV returns when the last target has gone (6.11); else only poll tells
  bool quiet = false;  // the user doesn't want to hear of fallbacks
  std::vector<std::string> fallbacks;  // one sentence for each missing feature and its consequence
};

KernelFeatures probe_kernel();
// The same for another kernel: `ask` is given flags and returns the errno of that call.
KernelFeatures probe_kernel(const std::function<int(std::uint32_t flags)>& ask);

}  // namespace scsup

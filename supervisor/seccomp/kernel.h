// What this kernel's seccomp can do, found out by asking it, not by its version.
//
// seccomp(SET_MODE_FILTER, flags, NULL) says EINVAL for a flag it doesn't know and EFAULT otherwise; nothing
// is installed either way. The one thing that can't be asked (it would need a child that waits for ever where
// the answer is no) goes by the version.
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
  std::vector<std::string> fallbacks;  // one sentence per thing that is missing and what that means
};

KernelFeatures probe_kernel();
// The same with another kernel: `ask` gets flags and says the errno of that question.
KernelFeatures probe_kernel(const std::function<int(std::uint32_t flags)>& ask);

}  // namespace scsup

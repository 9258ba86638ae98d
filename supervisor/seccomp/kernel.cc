#include "supervisor/seccomp/kernel.h"

#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "supervisor/seccomp/compat.h"

namespace scsup {
namespace {

int ask_kernel(std::uint32_t flags) {
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, nullptr) < 0 ? errno : 0;
}

bool is_at_least(int wanted_major, int wanted_minor) {
  utsname kernel{};
  int major = 0, minor = 0;
  if (uname(&kernel) != 0 || std::sscanf(kernel.release, "%d.%d", &major, &minor) != 2) return false;
  return major > wanted_major || (major == wanted_major && minor >= wanted_minor);
}

}  // namespace

KernelFeatures probe_kernel() {
  KernelFeatures features = probe_kernel(ask_kernel);
  features.receive_ends_with_targets = is_at_least(6, 11);
  return features;
}

KernelFeatures probe_kernel(const std::function<int(std::uint32_t)>& ask) {
  KernelFeatures features;
  constexpr std::uint32_t listener = SECCOMP_FILTER_FLAG_NEW_LISTENER;
  if (const int err = ask(listener); err != EFAULT) {
    features.fallbacks.push_back(
        std::string("no seccomp user notification here (") + std::strerror(err) +
        "): scsup needs Linux 5.0 with CONFIG_SECCOMP_FILTER, and a seccomp profile of "
        "its container that allows seccomp(2)");
    return features;
  }
  features.user_notification = true;
  features.load_flags = listener;

  // The kernel takes this flag only together with NEW_LISTENER.
  constexpr std::uint32_t wait_killable = SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  if (ask(listener | wait_killable) == EFAULT)
    features.load_flags |= wait_killable;
  else
    features.fallbacks.push_back(
        "no WAIT_KILLABLE_RECV (Linux 5.19): a signal can interrupt a call that is being emulated, and the "
        "program "
        "that repeats the call may then be told EEXIST of what it made itself");
  return features;
}

}  // namespace scsup

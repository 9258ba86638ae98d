// Effective capabilities, dropped and raised right before a call, per thread.
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

std::uint64_t bit(int cap) { return std::uint64_t{1} << cap; }

// Removes `drop` from the effective set, or restores everything permitted if drop is 0.
void effective_without(std::uint64_t drop, bool permitted_too = false) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2];
  must(syscall(SYS_capget, &header, sets), "capget");
  for (int i = 0; i < 2; ++i) {
    const auto some = static_cast<std::uint32_t>(drop >> (32 * i));
    if (permitted_too) sets[i].permitted &= ~some;
    sets[i].effective = sets[i].permitted & ~some;
  }
  must(syscall(SYS_capset, &header, sets), "capset");
}

void places() {
  must(::mkdir("shut", 0700), "mkdir");
  must(chown("shut", 65534, 65534), "chown");
  must(::mkdir("roots", 0555), "mkdir");
  file("theirs");
  must(chown("theirs", 65534, 65534), "chown");
  file("mine");
  must(chown("mine", 0, 77), "chown");
}

void tries(const std::string& who) {
  mkdir(("shut/" + who).c_str());
  mkdir(("roots/" + who).c_str());
  chmod("theirs", 0640);
  chmod("shut", 0700);
  chmod("mine", 02755);
  show("mine");
  chmod("roots", 0555);
}

void dropped() {
  places();
  tries("all");
  effective_without(bit(CAP_DAC_OVERRIDE) | bit(CAP_DAC_READ_SEARCH));
  tries("no_override");
  effective_without(bit(CAP_DAC_OVERRIDE));
  tries("may_search");
  effective_without(bit(CAP_FOWNER));
  tries("no_fowner");
  effective_without(bit(CAP_FSETID));
  tries("no_fsetid");
  effective_without(~std::uint64_t{0});
  tries("none");
  effective_without(0);
  tries("all_again");
  effective_without(bit(CAP_DAC_OVERRIDE) | bit(CAP_FSETID), true);
  tries("for_good");
  effective_without(~std::uint64_t{0}, true);
  tries("nothing_for_good");
}

void kept_over_setuid() {
  places();
  must(prctl(PR_SET_KEEPCAPS, 1), "PR_SET_KEEPCAPS");
  must(syscall(SYS_setresuid, 65534, 65534, 65534), "setresuid");
  tries("user");
  effective_without(0);
  tries("user_with_all");
  effective_without(bit(CAP_DAC_OVERRIDE) | bit(CAP_DAC_READ_SEARCH));
  tries("user_with_most");
}

void fsuid_drops_some() {
  places();
  syscall(SYS_setfsuid, 65534);
  tries("fsuid");
  effective_without(0);
  tries("fsuid_with_all");
  syscall(SYS_setfsuid, 0);
  tries("back");
}

}  // namespace

Cases capability_cases() {
  return {
      {"capabilities_dropped", root, dropped},
      {"capabilities_kept_over_setuid", root, kept_over_setuid},
      {"capabilities_and_fsuid", root, fsuid_drops_some},
  };
}

}  // namespace twin

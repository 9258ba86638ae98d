// A decoded notification, in the *at form of its family: mkdir("x", m) is mkdirat(AT_FDCWD, "x", m),
// fchmod(fd, m) is fchmodat2(fd, "", m, AT_EMPTY_PATH). A value: everything was copied from the target once.
#pragma once

#include <fcntl.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "supervisor/seccomp/syscalls.h"

namespace scsup {

struct Call {
  Abi abi = Abi::x86_64;
  std::uint32_t nr = 0;
  const Syscall* syscall = nullptr;     // nullptr: a number that the table doesn't know
  std::array<std::uint64_t, 6> args{};  // raw registers

  int dirfd = AT_FDCWD;
  std::optional<std::string> path;  // as the target wrote it, any bytes but NUL; absent: no path or...
  int path_error = 0;               // ...EFAULT, ENAMETOOLONG: why it could not be read
  std::uint32_t mode = 0;           // & 07777
  std::uint32_t flags = 0;          // AT_*

  // The value of the argument with that role, cut to the bits that the kernel looks at.
  std::optional<std::uint64_t> value(Role role) const;
};

}  // namespace scsup

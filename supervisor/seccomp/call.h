// A decoded notification, in the *at form of its family: mkdir("x", m) is mkdirat(AT_FDCWD, "x", m),
// fchmod(fd, m) is fchmodat2(fd, "", m, AT_EMPTY_PATH). A value: everything was copied from the target once.
#pragma once

#include <fcntl.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "supervisor/seccomp/operation.h"
#include "supervisor/seccomp/syscalls.h"

namespace scsup {

// What a call acts on, as the call names it. Only decoding makes it and reads flag bits, which mean something else in
// each family.
struct Operand {
  int dirfd = AT_FDCWD;
  std::optional<std::string> path;  // as the target wrote it, any bytes but NUL; absent: no path or...
  int path_error = 0;               // ...EFAULT, ENAMETOOLONG: why it could not be read
  bool follows = false;             // follows a symbolic link at the end of the path
  bool may_be_empty = false;        // "" is dirfd itself
};

struct Call {
  Abi abi = Abi::x86_64;
  std::uint32_t nr = 0;
  const Syscall* syscall = nullptr;  // nullptr: a number that the table doesn't know
  Family family = Family::none;
  std::array<std::uint64_t, 6> args{};  // raw registers

  Operand operand;
  std::uint32_t mode = 0;   // & 07777
  std::uint32_t flags = 0;  // as passed, but with AT_EMPTY_PATH for fchmod(2)

  const Operation& operation() const { return scsup::operation(family); }

  // The value of the argument with that role, reduced to the bits that the kernel looks at.
  std::optional<std::uint64_t> value(Role role) const;
};

// What registers alone tell; the path is still to be read. For a call that the table doesn't know, nothing but the
// numbers.
Call call_of(Abi abi, std::uint32_t nr, const std::array<std::uint64_t, 6>& args);

}  // namespace scsup

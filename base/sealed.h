// Bytes in a memfd that nobody can change any more (memfd_create(2), F_ADD_SEALS): how a filter and a policy
// travel between processes that don't trust each other.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

// memfd_create(2) with MFD_CLOEXEC; never executable, as vm.memfd_noexec=2 (sysctl(8)) asks for.
Fd new_memfd(const char* name);

// `what` is for messages: "the filter". The reader finds the offset at 0.
Result<Fd> seal(std::string_view bytes, std::string_view what);

// Only a memfd has seals; anything else (a pipe, a file of FUSE) is refused, because reading it could last
// for ever. More than `limit` bytes are refused too.
Result<std::string> read_sealed(const Fd& fd, std::size_t limit, std::string_view what);

}  // namespace scsup

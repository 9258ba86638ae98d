// Bytes in a memfd that nobody can change any more (memfd_create(2), F_ADD_SEALS): filters and policies travel this
// way between processes that don't trust each other.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

// memfd_create(2) with MFD_CLOEXEC; never executable, as vm.memfd_noexec=2 (sysctl(8)) requires.
Fd new_memfd(const char* name);

// `what` is for messages: "the filter". The receiver finds the file offset at 0.
Result<Fd> seal(std::string_view bytes, std::string_view what);

// Only a memfd has seals. Anything else (a pipe, a file on FUSE) is refused, because reading it could block for ever.
// More than `limit` bytes are refused too.
Result<std::string> read_sealed(const Fd& fd, std::size_t limit, std::string_view what);

}  // namespace scsup

#include "supervisor/target/memory.h"

#include <limits.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace scsup {

namespace {

constexpr std::uint64_t page = 4096;
constexpr std::size_t first_bite = 256;  // most paths end here: one call, little copied

}  // namespace

std::variant<std::string, ReadFailure> read_path(pid_t tid, RemoteAddress from) {
  char buffer[PATH_MAX];
  std::size_t have = 0;
  while (have < sizeof buffer) {
    // Never across a page that may be missing: a string may end just before unmapped memory.
    const std::uint64_t at = from.value + have;
    std::size_t want = std::min<std::uint64_t>(sizeof buffer - have, page - at % page);
    if (have == 0) want = std::min(want, first_bite);
    iovec local{buffer + have, want};
    iovec remote{reinterpret_cast<void*>(at), want};
    const ssize_t got = process_vm_readv(tid, &local, 1, &remote, 1, 0);
    if (got <= 0) return ReadFailure{got < 0 ? errno : EFAULT};
    if (const void* end = std::memchr(buffer + have, '\0', static_cast<std::size_t>(got)))
      return std::string(buffer, static_cast<std::size_t>(static_cast<const char*>(end) - buffer));
    have += static_cast<std::size_t>(got);
  }
  return ReadFailure{ENAMETOOLONG};
}

}  // namespace scsup

#include "supervisor/target/memory.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sstream>

#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

constexpr std::uint64_t page = 4096;
constexpr std::size_t first_bite = 256;  // most paths end within it: one call, little copied

ssize_t read_by_call(pid_t tid, std::uint64_t at, char* into, std::size_t size) {
  iovec local{into, size};
  iovec remote{reinterpret_cast<void*>(at), size};
  return process_vm_readv(tid, &local, 1, &remote, 1, 0);
}

// Tried on ourselves, where reading is always allowed: a refusal comes from a filter, or the kernel has no such call.
bool have_the_call() {
  static const bool have = [] {
    char from = 1, to = 0;
    return read_by_call(getpid(), reinterpret_cast<std::uintptr_t>(&from), &to, 1) == 1;
  }();
  return have;
}

// /proc/TID/mem also shows pages that the target itself can't read (proc(5)).
bool may_read(const Fd& proc, std::uint64_t at) {
  const auto maps = read_file_at(proc, "maps");
  if (!maps) return false;
  std::istringstream lines(*maps);
  for (std::string line; std::getline(lines, line);) {
    std::uint64_t begin = 0, end = 0;
    char readable = '-';
    if (std::sscanf(line.c_str(), "%lx-%lx %c", &begin, &end, &readable) == 3 && at >= begin && at < end)
      return readable == 'r';
  }
  return false;
}

ssize_t read_by_file(pid_t tid, std::uint64_t at, char* into, std::size_t size) {
  const auto proc = open_task_directory(tid);
  const Fd memory(proc ? openat(proc->get(), "mem", O_RDONLY | O_CLOEXEC) : -1);
  const int err = proc ? errno : proc.error().err;
  ssize_t got = -1;
  if (memory && may_read(*proc, at)) got = pread(memory.get(), into, size, static_cast<off_t>(at));
  // The errno that process_vm_readv would give.
  if (got < 0) errno = memory ? EFAULT : err == EACCES ? EPERM : err == ENOENT ? ESRCH : err;
  return got;
}

ssize_t read_memory(pid_t tid, std::uint64_t at, char* into, std::size_t size) {
  return have_the_call() ? read_by_call(tid, at, into, size) : read_by_file(tid, at, into, size);
}

}  // namespace

std::variant<std::string, ReadFailure> read_path(pid_t tid, RemoteAddress from) {
  char buffer[PATH_MAX];
  std::size_t have = 0;
  while (have < sizeof buffer) {
    // Never read across a page boundary: the next page may be missing, and a string may end just before it.
    const std::uint64_t at = from.value + have;
    std::size_t want = std::min<std::uint64_t>(sizeof buffer - have, page - at % page);
    if (have == 0) want = std::min(want, first_bite);
    const ssize_t got = read_memory(tid, at, buffer + have, want);
    if (got <= 0) return ReadFailure{got < 0 ? errno : EFAULT};
    if (const void* end = std::memchr(buffer + have, '\0', static_cast<std::size_t>(got)))
      return std::string(buffer, static_cast<std::size_t>(static_cast<const char*>(end) - buffer));
    have += static_cast<std::size_t>(got);
  }
  return ReadFailure{ENAMETOOLONG};
}

bool can_read_memory_of(pid_t copy) {
  static const char here = 1;
  char there = 0;
  return read_memory(copy, reinterpret_cast<std::uintptr_t>(&here), &there, 1) == 1;
}

}  // namespace scsup

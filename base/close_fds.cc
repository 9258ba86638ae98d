#include "base/close_fds.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

namespace scsup {

namespace {

// This process's open descriptors in that range. Empty if there is no /proc.
std::vector<unsigned> open_ones(unsigned first, unsigned last) {
  std::vector<unsigned> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc/self/fd"), closedir);
  while (const dirent* entry = directory ? readdir(directory.get()) : nullptr) {
    const auto number = static_cast<unsigned>(std::strtoul(entry->d_name, nullptr, 10));
    if (entry->d_name[0] != '.' && number >= first && number <= last) found.push_back(number);
  }
  return found;
}

}  // namespace

void close_fds(unsigned first, unsigned last) {
  if (first > last || syscall(SYS_close_range, first, last, 0) == 0) return;
  const std::vector<unsigned> open = open_ones(first, last);
  for (const unsigned fd : open) close(static_cast<int>(fd));
  if (!open.empty()) return;
  constexpr unsigned usual_most = 1u << 20;  // fs.nr_open
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    limit.rlim_max = usual_most;  // refused: no descriptor is left open for that
  const auto end = static_cast<unsigned>(std::min<rlim_t>(limit.rlim_max, std::min(last, usual_most) + 1));
  for (unsigned fd = first; fd < end; ++fd) close(static_cast<int>(fd));
}

}  // namespace scsup

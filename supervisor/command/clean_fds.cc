#include "supervisor/command/clean_fds.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "base/close_fds.h"

namespace scsup {

void reserve_standard_fds() {
  // Close-on-exec: for the command they are closed, as they would have been without scsup.
  for (int fd = 0; fd <= 2; ++fd)
    if (fcntl(fd, F_GETFD) < 0) (void)!open("/dev/null", O_RDWR | O_CLOEXEC);
}

void close_all_but(std::vector<int> keep) {
  std::sort(keep.begin(), keep.end());
  unsigned from = 0;
  for (const int fd : keep) {
    const unsigned kept = static_cast<unsigned>(fd);
    if (fd < 0 || kept < from) continue;
    if (kept > from) close_fds(from, kept - 1);
    from = kept + 1;
  }
  close_fds(from, ~0u);
}

}  // namespace scsup

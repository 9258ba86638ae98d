#include "analysis/views/changes.h"

#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <filesystem>

namespace scsup::analysis {

Result<Changes> Changes::of(const std::string& file) {
  Changes changes;
  changes.file_ = file;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  if (sigprocmask(SIG_BLOCK, &ends, nullptr) != 0) return failed("cannot block signals");
  changes.signals_ = Fd(signalfd(-1, &ends, SFD_CLOEXEC));
  changes.inotify_ = Fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!changes.signals_ || !changes.inotify_) return failed("cannot watch '" + file + "'");
  const std::filesystem::path path(file);
  const std::string directory = path.has_parent_path() ? path.parent_path().string() : ".";
  if (inotify_add_watch(changes.inotify_.get(), directory.c_str(), IN_CREATE | IN_MOVED_TO) < 0)
    return failed("cannot watch the directory '" + directory + "'");
  if (auto done = changes.again(); !done) return failed(done.error());
  return changes;
}

Result<void> Changes::again() {
  if (watch_ >= 0) (void)inotify_rm_watch(inotify_.get(), watch_);
  watch_ = inotify_add_watch(inotify_.get(), file_.c_str(), IN_MODIFY);
  // Renamed in between: the directory's watch reports the new one.
  if (watch_ < 0 && errno != ENOENT) return failed("cannot watch '" + file_ + "'");
  return {};
}

Result<bool> Changes::wait() {
  pollfd fds[] = {{inotify_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
  for (;;) {
    if (poll(fds, 3, -1) < 0) {
      if (errno == EINTR) continue;
      return failed("cannot wait for '" + file_ + "'");
    }
    if (fds[1].revents != 0 || fds[2].revents != 0) return false;
    alignas(inotify_event) char events[16384];
    while (read(inotify_.get(), events, sizeof events) > 0) {
    }
    return true;
  }
}

}  // namespace scsup::analysis

#include "supervisor/service/socket_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace scsup {
namespace {

constexpr std::size_t longest = 32;  // bytes; more than a pid and a newline need

bool is_pid(const std::string& text) {
  return text.size() > 1 && text.size() < longest && text.back() == '\n' &&
         std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::string> content_of(const Fd& file, const std::string& cannot) {
  char text[longest];
  const ssize_t got = ::pread(file.get(), text, sizeof text, 0);
  if (got < 0) return failed(cannot);
  return std::string(text, static_cast<std::size_t>(got));
}

tl::unexpected<Error> taken(const std::string& socket, const std::string& by) {
  const std::string who = is_pid(by) ? "scsup serve (pid " + by.substr(0, by.size() - 1) + ") does"
                                     : "another scsup serve has just begun to";  // and hasn't written its pid
                                                                                 // yet
  return failed(EADDRINUSE, "cannot listen at '" + socket + "': " + who);
}

// The last owner may have removed the file between our opening and locking it: a lock on a file without a name
// excludes nobody.
bool is_still_there(const Fd& file, const std::string& path) {
  struct stat ours {
  }, there{};
  return ::fstat(file.get(), &ours) == 0 && ::lstat(path.c_str(), &there) == 0 &&
         ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

}  // namespace

Result<SocketLock> SocketLock::take(const std::string& socket) {
  const std::string path = socket + ".lock", cannot = "cannot lock '" + path + "'";
  constexpr int attempts = 100;  // each is another owner that has come and gone
  for (int i = 0; i < attempts; ++i) {
    Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) return failed(cannot);
    if (!S_ISREG(status.st_mode)) return failed(0, cannot + ": it is no regular file");
    const bool locked = ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
    if (!locked && errno != EWOULDBLOCK) return failed(cannot);
    const auto content = content_of(file, cannot);
    if (!content) return failed(content.error());
    if (!locked) return taken(socket, *content);
    if (!content->empty() && !is_pid(*content))
      return failed(0, cannot + ": it holds something else than a pid; is it another program's file?");
    if (!is_still_there(file, path)) continue;
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file.get(), 0) != 0 ||
        ::pwrite(file.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
      return failed(cannot);
    return SocketLock(path, std::move(file));
  }
  return failed(EAGAIN, cannot);
}

void SocketLock::release() {
  if (file_) ::unlink(path_.c_str());
  file_.reset();
}

}  // namespace scsup

#include "agent/executable.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace scsup::agent {
namespace {

enum class Found { nothing, other, executable };

// errno says why it isn't executable. The kernel has the last word: execve may still fail.
Found look_at(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0) return Found::nothing;
  if (S_ISREG(status.st_mode)) {
    if (::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0) return Found::executable;
  } else {
    errno = S_ISDIR(status.st_mode) ? EISDIR : EACCES;
  }
  return Found::other;
}

}  // namespace

Result<std::string> find_executable(const std::string& name) {
  if (name.empty()) return failed(ENOENT, "the command's name is empty");
  if (name.find('/') != std::string::npos) {
    if (look_at(name) == Found::executable) return name;
    const int err = errno;
    return failed(err, std::strerror(err));
  }
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable ? variable : "/bin:/usr/bin";  // as glibc's execvp
  Error passed_over{ENOENT, "not found in $PATH"};
  for (;;) {
    const std::size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    const std::string path = folder.empty() ? "./" + name : std::string(folder) + "/" + name;
    const Found found = look_at(path);
    if (found == Found::executable) return path;
    if (found == Found::other && passed_over.err == ENOENT)
      passed_over = {errno, path + ": " + std::strerror(errno)};
    if (colon == std::string_view::npos) return failed(passed_over);
    rest.remove_prefix(colon + 1);
  }
}

}  // namespace scsup::agent

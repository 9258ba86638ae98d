#include "agent/executable.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace scsup::agent {
namespace {

// 0, or the errno that execve would give. It may still fail otherwise: the kernel has the last word.
int why_not_executable(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (!S_ISREG(status.st_mode)) return EACCES;
  return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) < 0 ? errno : 0;
}

}  // namespace

Result<std::string> find_executable(const std::string& name) {
  if (name.empty()) return failed(ENOENT, "the command's name is empty");
  if (name.find('/') != std::string::npos) {
    if (const int err = why_not_executable(name)) return failed(err, std::strerror(err));
    return name;
  }
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable ? variable : "/bin:/usr/bin";  // as glibc's execvp
  std::string passed_over;
  int why = ENOENT;
  for (;;) {
    const std::size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    const std::string path = folder.empty() ? "./" + name : std::string(folder) + "/" + name;
    const int err = why_not_executable(path);
    if (err == 0) return path;
    if (err != ENOENT && err != ENOTDIR && why == ENOENT) {
      why = err;
      passed_over = path;
    }
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  if (why == ENOENT) return failed(ENOENT, "not found in $PATH");
  return failed(why, passed_over + ": " + std::strerror(why));
}

}  // namespace scsup::agent

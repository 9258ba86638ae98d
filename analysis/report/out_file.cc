#include "analysis/report/out_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/fd.h"

namespace scsup::analysis {
namespace {

Result<void> write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = write(fd, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return failed("cannot write");
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace

// Written beside its place under a new name (mkostemp: 0600), then renamed: no reader sees half of it.
Result<void> write_new_file(const std::string& path, std::string_view text, Existing existing) {
  struct stat status;
  if (existing == Existing::kept && lstat(path.c_str(), &status) == 0)
    return failed(0, "'" + path + "' is there already; --force replaces it");
  std::string beside = path + ".XXXXXX";
  const Fd fd(mkostemp(beside.data(), O_CLOEXEC));
  if (!fd) return failed("cannot create '" + path + "'");
  Result<void> done = write_all(fd.get(), text);
  if (done) {
    const unsigned flags = existing == Existing::kept ? RENAME_NOREPLACE : 0;
    if (renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, path.c_str(), flags) != 0)
      done = failed("cannot create '" + path + "'");
  }
  if (!done) unlink(beside.c_str());
  return done;
}

}  // namespace scsup::analysis

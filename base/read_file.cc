#include "base/read_file.h"

#include <fcntl.h>

#include "base/fd.h"

namespace scsup {

Result<ReadFile> read_regular_file(const std::string& file, std::string_view what, std::size_t limit) {
  const std::string cannot = "cannot read " + std::string(what) + " '" + file + "'";
  Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));  // don't wait for a FIFO
  ReadFile read;
  if (!fd || ::fstat(fd.get(), &read.status) != 0) return failed(cannot);
  if (S_ISDIR(read.status.st_mode)) return failed(EISDIR, cannot);
  if (!S_ISREG(read.status.st_mode)) return failed(0, cannot + ": it is no regular file");
  const std::string too_large = cannot + ": it is larger than " + std::to_string(limit >> 20) + " MiB";
  if (read.status.st_size > static_cast<off_t>(limit)) return failed(0, too_large);
  read.text.reserve(static_cast<std::size_t>(read.status.st_size));
  char chunk[65536];
  for (ssize_t got; (got = ::read(fd.get(), chunk, sizeof chunk)) != 0;) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(cannot);
    read.text.append(chunk, static_cast<std::size_t>(got));
    if (read.text.size() > limit) return failed(0, too_large);  // the file grew
  }
  return read;
}

}  // namespace scsup

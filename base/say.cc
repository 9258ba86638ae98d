#include "base/say.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "base/printable.h"

namespace scsup {
namespace {

void write_out(std::string_view line) {
  const int before = errno;
  while (!line.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
  errno = before;
}

}  // namespace

bool is_journal(int fd, const char* stream) {
  struct stat status {};
  if (!stream || ::fstat(fd, &status) != 0) return false;
  const char* const end = stream + std::strlen(stream);
  unsigned long long device = 0, inode = 0;
  const auto first = std::from_chars(stream, end, device);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ':') return false;
  const auto second = std::from_chars(first.ptr + 1, end, inode);
  return second.ec == std::errc() && second.ptr == end && device == status.st_dev && inode == status.st_ino;
}

std::string line_for(Severity severity, std::string_view message, bool journal) {
  std::string line;
  if (journal) line = "<" + std::to_string(static_cast<int>(severity)) + ">";
  return line + printable(message, Backslash::kept) + "\n";
}

void say_line(Severity severity, std::string_view line) {
  // Checked once: standard error stays what it was at the start.
  static const bool journal = is_journal(STDERR_FILENO, std::getenv("JOURNAL_STREAM"));
  write_out(line_for(severity, line, journal));
}

void say(Severity severity, std::string_view message) {
  say_line(severity, "scsup: " + std::string(message));
}

}  // namespace scsup

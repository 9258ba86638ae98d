#include "runtime/complaint.h"

#include <fcntl.h>
#include <unistd.h>

#include <ctime>

#include "base/fd.h"
#include "base/printable.h"
#include "supervisor/policy/text/json_text.h"

namespace scsup::runtime {
namespace {

void say_to(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string log_line(const std::string& message, bool json, std::int64_t time) {
  const std::time_t seconds = time;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char when[32];
  std::strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
  if (!json)
    return "time=\"" + std::string(when) + "\" level=error msg=" + json_text(json_string(message)) + "\n";
  Json line = json_object();
  set(line, "level", json_string("error"));
  set(line, "msg", json_string(message));
  set(line, "time", json_string(when));
  return json_text(line) + "\n";
}

void complain(const std::string& message, const LogPlace& log) {
  const std::string safe = "scsup-runtime: " + printable(message, Backslash::kept);
  say_to(STDERR_FILENO, safe + "\n");
  if (log.path.empty()) return;
  // Opened as runc does; doesn't wait for a reader if it is a FIFO.
  const Fd file(
      open(log.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644));
  if (file) say_to(file.get(), log_line(safe, log.json, std::time(nullptr)));
}

}  // namespace scsup::runtime

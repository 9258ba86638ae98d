#include "supervisor/command/audit_file.h"

#include <fcntl.h>
#include <pwd.h>

#include <cstdlib>

namespace scsup {

namespace {

std::string home() {
  if (const char* set = std::getenv("HOME"); set && *set) return set;
  const passwd* entry = getpwuid(getuid());
  return entry ? entry->pw_dir : "/";
}

std::string default_path() {
  const char* state = std::getenv("XDG_STATE_HOME");
  // The XDG base directory specification ignores relative paths.
  return (state && *state == '/' ? std::string(state) : home() + "/.local/state") + "/scsup/audit.jsonl";
}

}  // namespace

Result<AuditTarget> open_audit(const std::optional<std::string>& option) {
  std::string path;
  const char* variable = std::getenv("SCSUP_AUDIT");
  if (option)
    path = *option;
  else if (variable && *variable)
    path = variable;
  else
    path = default_path();

  AuditTarget target;
  target.name = path;
  if (path == "none") {
    target.off = true;
    return target;
  }
  if (path == "-") {
    target.name = "standard output";
    target.fd.reset(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!target.fd) return failed("cannot write the audit to standard output");
    return target;
  }
  auto opened = Log::open_file(path);
  if (!opened) return failed(opened.error());
  target.fd = std::move(*opened);
  return target;
}

}  // namespace scsup

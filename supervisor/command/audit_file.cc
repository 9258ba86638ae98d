#include "supervisor/command/audit_file.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "base/say.h"

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

Result<AuditTarget> find_audit(const std::optional<std::string>& option, const AuditSettings& settings) {
  const char* variable = std::getenv("SCSUP_AUDIT");
  AuditTarget target;
  target.settings = settings;
  target.run = new_run_id();
  target.name = option                  ? *option
                : settings.file         ? *settings.file
                : variable && *variable ? variable
                                        : default_path();
  if (target.name == "none") {
    target.off = true;
    return target;
  }
  if (target.name == "-") {
    target.name = "standard output";
    target.stream.reset(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!target.stream) return failed("cannot write the audit to standard output");
    return target;
  }
  auto opened = open_log_file(target.name);
  if (!opened) return failed(opened.error());
  struct stat st {};
  if (fstat(opened->get(), &st) != 0 || !S_ISREG(st.st_mode)) {
    target.stream = std::move(*opened);
    return target;
  }
  target.path = std::filesystem::absolute(target.name).lexically_normal();
  if (auto usable = recover_log(std::move(*opened), target.path, target.name, settings, target.run); !usable)
    return failed(usable.error());
  return target;
}

Result<LogParts> open_target(AuditTarget target) {
  if (target.off) {
    LogParts parts;
    parts.off = true;
    return parts;
  }
  if (target.stream) return open_log(std::move(target.stream), "", target.name, target.settings, target.run);
  auto opened = open_log_file(target.path);
  if (!opened) return failed(opened.error());
  return open_log(std::move(*opened), target.path, target.name, target.settings, target.run);
}

void recover_audit(const AuditTarget& target) {
  if (target.path.empty()) return;
  auto opened = open_log_file(target.path);
  if (!opened) return;
  if (auto recovered = recover_log(std::move(*opened), target.path, target.name, target.settings, target.run);
      !recovered)
    say(Severity::error, recovered.error().text());
}

}  // namespace scsup

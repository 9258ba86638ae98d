// Where the audit goes: --audit FILE, - or none; else the config; else $SCSUP_AUDIT; else the XDG state
// directory.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "supervisor/audit/log.h"

namespace scsup {

// Found and checked, but a file is not kept open: open_target() does that, in the process that writes.
struct AuditTarget {
  bool off = false;
  Fd stream;         // if it is not a file: open for writing
  std::string path;  // a file, absolute
  std::string name;  // for messages
  std::string run;   // the id of the run that begins
  AuditSettings settings;
};

// Reports all that can be wrong with it. What killed supervisors left beside the log is appended to it.
Result<AuditTarget> find_audit(const std::optional<std::string>& option, const AuditSettings& settings);
// To be called in the process that supervises, before it has threads.
Result<LogParts> open_target(AuditTarget target);
// To be called when the supervisor that wrote to it was killed.
void recover_audit(const AuditTarget& target);

}  // namespace scsup

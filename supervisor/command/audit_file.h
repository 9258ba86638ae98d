// Where the audit goes: --audit FILE, - or none; else $SCSUP_AUDIT; else the XDG state directory.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "supervisor/audit/log.h"

namespace scsup {

struct AuditTarget {
  bool off = false;
  Fd fd;             // open for appending, when not off
  std::string name;  // for messages
};

Result<AuditTarget> open_audit(const std::optional<std::string>& option);

}  // namespace scsup

// What a killed supervisor had accepted and not appended yet: it is in its journal, beside the log.
#pragma once

#include "supervisor/audit/store/log_file.h"

namespace scsup {

// Appends it, each record once, with a `recover` record, and removes the journals. Those of live supervisors are left
// alone. Returns the number of records.
Result<std::uint64_t> recover_journals(LogFile& log);

}  // namespace scsup

// What a supervisor that was killed had accepted and not appended yet: it lies in its journal, beside the
// log.
#pragma once

#include "supervisor/audit/store/log_file.h"

namespace scsup {

// Appends it, each record once, with a `recover` record, and removes the journals. Those of living
// supervisors are left alone. How many records.
Result<std::uint64_t> recover_journals(LogFile& log);

}  // namespace scsup

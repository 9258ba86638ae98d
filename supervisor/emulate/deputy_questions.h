// What a deputy asks the supervisor while it resolves a path (own_rights.h).
#pragma once

#include "base/result.h"
#include "supervisor/emulate/deputy_line.h"
#include "supervisor/target/task.h"

namespace scsup {

// Answers one question with the supervisor's own rights. In a procfs it opens only what is `task`'s own, so that an
// attacker who took over a deputy could ask for nothing that the task doesn't have. A failure: it wasn't a question,
// or the line is broken.
Result<void> answer_question(const DeputyLine& line, Parcel& question, const Task& task);

}  // namespace scsup

// The end of each call, whatever the decision: recorded, counted, answered, in this order.
#pragma once

#include <cstdint>

#include "supervisor/audit/record.h"
#include "supervisor/seccomp/listener.h"
#include "supervisor/target/task.h"

namespace scsup {

class Line;
struct InForce;

// A call and where it came from.
struct Received {
  Line& line;
  InForce& policy;  // in force when it came
  const Request& request;
  std::int64_t at_ns;
};

// `record` holds the decision; settle() fills in what only the session knows. `watched_only`: no policy asks for a
// record, but the task may be another afterwards. `task`: null if it can't be read.
void settle(const Received& call, CallRecord record, bool watched_only, const Task* task, Notification debt);

}  // namespace scsup

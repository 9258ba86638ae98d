// What must be known of a call before its object is looked up: whether the kernel would fail it earlier, where its
// path starts, and in which namespaces and domain the call must be made.
#pragma once

#include "supervisor/emulate/deputies.h"
#include "supervisor/emulate/landlock_domains.h"
#include "supervisor/emulate/resolve.h"
#include "supervisor/policy/rules/decision.h"
#include "supervisor/seccomp/call.h"
#include "supervisor/seccomp/listener.h"
#include "supervisor/target/task.h"

namespace scsup {

struct Examined {
  const Origin* refusal = nullptr;  // if set, the call fails with `err` for this reason
  int err = 0;
  Start start;
  Ground ground;
  bool by_deputy = false;  // else a thread of ours acts
};

// `task` is null if it can't be read. Call it with the supervisor's own rights.
Examined examine(const Call& call, const Task* task, const Request& request, LandlockDomains& domains);

}  // namespace scsup

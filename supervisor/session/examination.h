// What must be known of a call before anybody looks for its object: whether the kernel would fail it earlier, where its
// path starts, and where whoever acts has to stand.
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
  const Origin* refusal = nullptr;  // set: the call fails with `err`, and this is why
  int err = 0;
  Start start;
  Ground ground;
  bool by_deputy = false;  // else by a thread of ours
};

// `task` is null where it can't be read. With the supervisor's own rights.
Examined examine(const Call& call, const Task* task, const Request& request, LandlockDomains& domains);

}  // namespace scsup

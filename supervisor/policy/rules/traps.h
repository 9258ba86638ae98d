// supervise.trap: calls that the filter traps whatever the present decision, so that a later policy can decide them
// while the target runs. The decision is the same as without the key.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "supervisor/policy/document/document.h"
#include "supervisor/policy/rules/environment.h"
#include "supervisor/policy/rules/profile_steps.h"
#include "supervisor/policy/rules/steps.h"

namespace scsup {

class Traps {
 public:
  // Needs tables.abis.
  Traps(const Supervise* supervise, PolicyTables& tables, Diagnostics& diagnostics);

  std::vector<CallKey> named() const;
  // To be called when the steps are known. Actions that only the kernel can do (kill, SIGSYS, a tracer, claiming
  // success) stay in the filter, with a warning.
  void mark(CallSteps& call);

 private:
  struct Trap {
    const Origin* origin = nullptr;
    Place place;
    bool whole = false;
    std::vector<Comparison> inside;  // calls inside this one that are named
  };
  void add(const Located<std::string>& written, const Syscall& syscall, const Origin* origin);

  PolicyTables& tables_;
  Diagnostics& diagnostics_;
  std::map<CallKey, Trap> traps_;
  std::set<const Syscall*> warned_;
};

// Is there no answer to a notification with the effect of this filter action?
bool only_kernel_does(std::uint32_t action);

}  // namespace scsup

// What a policy needs from a filter made by a container engine: the calls that it doesn't plainly let through, by the
// names that engines use.
//
// A call is one entry here for all its ABIs, as engines accept names and no numbers. If the ABIs differ, or registers
// decide, the supervisor decides.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "supervisor/policy/policy.h"

namespace scsup {

struct EngineCall {
  std::string_view name;  // some calls that i386 has only inside socketcall(2) have no Syscall: "recv"
  // What the filter must do: SECCOMP_RET_USER_NOTIF, or an action without the supervisor (ERRNO, KILL...). ALLOW and
  // LOG only for calls that rules name.
  std::uint32_t action = 0;
  const Origin* origin = nullptr;  // what requires it
  bool asked =
      false;  // the supervisor has to see it; false with NOTIFY: the filter could decide by registers alone
  bool by_supervise = false;  // a rule, a trap, the watch or io_uring requires it, not the Docker part
};

// Each name once. Valid as long as the policy.
std::vector<EngineCall> engine_calls(const Policy& policy);

// A call of @runtime that must be let through before the first exec. Not one for which an entry deliberately returns
// ENOSYS, as engines do for clone3: programs then do without it.
bool runtimes_need(const EngineCall& call);

// runc announces by write(2) which descriptor is the listener, so that call would never be answered.
bool can_be_notified(std::string_view name);

// The name in a profile of a filter's action, SECCOMP_RET_* | data: "SCMP_ACT_ERRNO". Its errno is the data.
std::string_view profile_word(std::uint32_t action);

}  // namespace scsup

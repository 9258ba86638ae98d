// What a policy needs of the filter that a container engine makes: the calls that it doesn't plainly let
// through, by the names that engines use.
//
// A call is one line here for all its ABIs, as engines take names and no numbers: where the ABIs differ, or
// registers decide, the supervisor is asked.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "supervisor/policy/policy.h"

namespace scsup {

struct EngineCall {
  std::string_view name;  // some calls that i386 has only inside socketcall(2) have no Syscall: "recv"
  // What the filter is to do: SECCOMP_RET_USER_NOTIF, or an action that needs nobody (ERRNO, KILL...).
  // ALLOW and LOG only for calls that rules name.
  std::uint32_t action = 0;
  const Origin* origin = nullptr;  // what asks for it
  bool asked =
      false;  // the supervisor has to see it; false with NOTIFY: registers decide, by the filter alone
  bool by_supervise = false;  // not by the Docker part: a rule, a trap, the watch, io_uring
};

// Each name once. Valid as long as the policy.
std::vector<EngineCall> engine_calls(const Policy& policy);

// A call of @runtime that is to be let through before the first exec. Not one that an entry answers with
// ENOSYS on purpose, as engines do with clone3: whoever gets that does without.
bool runtimes_need(const EngineCall& call);

// runc tells by write(2) which descriptor is the listener, so nobody could answer for that call.
bool can_be_notified(std::string_view name);

// The action for a filter, SECCOMP_RET_* | data, in a profile's words: "SCMP_ACT_ERRNO". Its errno is the
// data.
std::string_view profile_word(std::uint32_t action);

}  // namespace scsup

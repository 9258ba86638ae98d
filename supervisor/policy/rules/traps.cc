#include "supervisor/policy/rules/traps.h"

#include <algorithm>

#include "supervisor/policy/document/multiplexed.h"

namespace scsup {

bool only_kernel_does(std::uint32_t action) {
  switch (action & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG:
    case SECCOMP_RET_USER_NOTIF:
      return false;
    case SECCOMP_RET_ERRNO:
      return (action & SECCOMP_RET_DATA) == 0;
    default:
      return true;
  }
}

Traps::Traps(const Supervise* supervise, PolicyTables& tables, Diagnostics& diagnostics)
    : tables_(tables), diagnostics_(diagnostics) {
  if (!supervise) return;
  const Syscall& io_uring = *find_syscall("io_uring_setup");
  for (const auto& written : supervise->traps) {
    const std::string at = render(tables.file, written.place);
    const Origin* origin = tables.add_origin({Origin::Kind::builtin, "@trap", at, "supervise.trap at " + at});
    for (const auto& [syscall, portion] : calls_named(written.value)) {
      add(written, *syscall, origin);
      tables.performs_confined = tables.performs_confined || syscall->operation().by_landlock;
      const bool performed = syscall->is_performed();
      // A later policy refuses io_uring if its rules name such a call, so it has to see it.
      if ((performed || syscall->position(Role::path) >= 0) && !supervise->allow_io_uring)
        add(written, io_uring, origin);
    }
  }
}

void Traps::add(const Located<std::string>& written, const Syscall& syscall, const Origin* origin) {
  const auto at = [&](Abi abi, const Syscall& call) -> Trap& {
    Trap& trap = traps_[{abi, static_cast<std::uint32_t>(call.number(abi))}];
    if (!trap.origin) trap = {origin, written.place, false, {}};
    return trap;
  };
  for (const Abi abi : tables_.abis)
    if (syscall.number(abi) >= 0) at(abi, syscall).whole = true;
  const auto inside = multiplexed_on_i386(syscall.name);
  if (!inside || !inside->through || !tables_.admits(Abi::i386)) return;
  auto& selections = at(Abi::i386, *inside->through).inside;
  if (std::ranges::find(selections, inside->selects) == selections.end())
    selections.push_back(inside->selects);
}

std::vector<CallKey> Traps::named() const {
  std::vector<CallKey> keys;
  for (const auto& [key, trap] : traps_) keys.push_back(key);
  return keys;
}

void Traps::mark(CallSteps& call) {
  const auto found = traps_.find({call.abi, call.nr});
  if (found == traps_.end()) return;
  const auto& [origin, place, whole, inside] = found->second;
  const auto stays = [](const Step& step) {
    return !step.looks_at_path && only_kernel_does(step.ruling->kernel);
  };
  const bool kernel_has_a_part = std::ranges::any_of(call.steps, stays);
  if (kernel_has_a_part && warned_.insert(call.syscall).second)
    diagnostics_.push_back({Diagnostic::Severity::warning, place,
                            "\"trap\" changes nothing where the Docker part has " +
                                in_quotes(call.syscall->name) +
                                " killed, traced, signalled or claim success: only the kernel can do that"});
  if (whole ? std::ranges::all_of(call.steps, stays) : kernel_has_a_part) return;
  call.trap = origin;
  if (!whole) call.traps_inside = inside;
}

}  // namespace scsup

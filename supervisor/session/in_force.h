// A policy in force in one session for a while, and what it has decided there.
//
// A call takes it once, when it is received, and is decided wholly by it.
#pragma once

#include <atomic>
#include <memory>

#include "supervisor/catalogue/edition.h"
#include "supervisor/policy/rules/decision.h"
#include "supervisor/session/tally.h"

namespace scsup {

struct InForce {
  InForce(std::shared_ptr<const Edition> read, std::shared_ptr<const Policy> made)
      : edition(std::move(read)), policy(std::move(made)) {}
  // No policy: every call is denied for the reason `why`.
  explicit InForce(Origin why) : refusal(std::move(why)) {}

  const std::shared_ptr<const Edition> edition;  // null: no policy
  const std::shared_ptr<const Policy> policy;
  const Origin refusal;
  Tally tally;
  std::atomic<std::uint64_t> allowed{0}, denied{0}, emulated{0}, watched{0};
};

}  // namespace scsup

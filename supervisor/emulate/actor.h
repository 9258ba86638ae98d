// Who acts for a target: a thread of ours with the target's identity, or a deputy. Either has found what the call
// would act on, holds it open, and makes the call on it once it has been judged.
#pragma once

#include <cstdint>
#include <optional>

#include "supervisor/emulate/deputies.h"
#include "supervisor/emulate/identity.h"
#include "supervisor/emulate/object.h"
#include "supervisor/emulate/outcome.h"
#include "supervisor/emulate/own_rights.h"
#include "supervisor/emulate/resolve.h"
#include "supervisor/seccomp/call.h"

namespace scsup {

class Actor {
 public:
  virtual ~Actor() = default;
  virtual const Object& object() const = 0;
  // Can making the call block a thread that must not wait?
  virtual bool may_wait() const = 0;
  // For a call that creates: does the name exist already?
  virtual bool exists_already() = 0;
  // `mode_mask`: bits of the mode that the policy keeps. A failure: whether the call took effect is unknown.
  virtual Result<Outcome> perform(std::optional<std::uint32_t> mode_mask, mode_t umask) = 0;
};

class OwnHands final : public Actor {
 public:
  OwnHands(const Call& call, const Task& task, Start start, Patience patience);
  // False: the task's identity can't be had. Then nothing was looked at.
  bool has_identity() const { return wear_.worn(); }

  const Object& object() const override { return object_; }
  bool may_wait() const override;
  bool exists_already() override;
  Result<Outcome> perform(std::optional<std::uint32_t> mode_mask, mode_t umask) override;

 private:
  const Wear wear_;
  const Call& call_;
  const Patience patience_;
  OwnRightsHere own_rights_;
  Object object_;
};

class DeputysHands final : public Actor {
 public:
  // `patience`: for each request to the deputy.
  DeputysHands(const Call& call, Deputies::Errand errand, Deadline::duration patience)
      : call_(call), errand_(std::move(errand)), patience_(patience) {}

  const Object& object() const override { return errand_.object(); }
  bool may_wait() const override { return false; }  // not this thread: the deputy makes the call
  bool exists_already() override;
  Result<Outcome> perform(std::optional<std::uint32_t> mode_mask, mode_t umask) override;

 private:
  Deadline end() const { return std::chrono::steady_clock::now() + patience_; }
  const Call& call_;
  Deputies::Errand errand_;
  const Deadline::duration patience_;
};

}  // namespace scsup

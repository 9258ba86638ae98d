#include "supervisor/emulate/actor.h"

#include "supervisor/emulate/perform.h"

namespace scsup {

OwnHands::OwnHands(const Call& call, const Task& task, Start start, Patience patience)
    : wear_(task), call_(call), patience_(patience), own_rights_(task) {
  if (wear_.worn()) object_ = resolve(call, task, std::move(start), patience, own_rights_);
}

bool OwnHands::may_wait() const { return patience_ == Patience::none && scsup::may_wait(object_.fd); }

bool OwnHands::exists_already() { return scsup::exists_already(call_, object_); }

Result<Outcome> OwnHands::perform(std::optional<std::uint32_t> mode_mask, mode_t umask) {
  if (call_.operation().creates()) have_umask(umask);
  return scsup::perform(call_, object_, mode_mask);
}

bool DeputysHands::exists_already() {
  return call_.operation().creates() && errand_.exists_already(end()).value_or(false);
}

Result<Outcome> DeputysHands::perform(std::optional<std::uint32_t> mode_mask, mode_t umask) {
  return errand_.perform(call_.mode & mode_mask.value_or(07777), umask, end());
}

}  // namespace scsup

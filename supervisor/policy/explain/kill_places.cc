#include "supervisor/policy/explain/kill_places.h"

namespace scsup {

bool kills(ProfileAction action) {
  return action == ProfileAction::kill_process || action == ProfileAction::kill_thread ||
         action == ProfileAction::trap;
}

std::vector<std::string> kill_places(const Document& policy, const std::string& file) {
  std::vector<std::string> places;
  for (const ProfileEntry& entry : policy.profile.entries)
    if (kills(entry.action) && !entry.names.empty()) places.push_back(render(file, entry.place));
  const auto& fallback = policy.profile.default_action;
  if (fallback && kills(fallback->value)) places.push_back(render(file, fallback->place));
  return places;
}

}  // namespace scsup

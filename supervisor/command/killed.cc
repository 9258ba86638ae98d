#include "supervisor/command/killed.h"

#include <vector>

#include "base/printable.h"
#include "supervisor/policy/explain/kill_places.h"

namespace scsup {

std::string why_killed(const Document& policy, const std::string& file) {
  const auto& profile = policy.profile;
  std::vector<std::string> causes;
  for (const ProfileEntry& entry : profile.entries) {
    if (!kills(entry.action) || entry.names.empty()) continue;
    std::string calls = printable(entry.names.front().value);
    if (entry.names.size() > 1) calls += " and " + std::to_string(entry.names.size() - 1) + " more";
    causes.push_back(calls + " (entry at " + render(file, entry.place) + ")");
  }
  if (profile.default_action && kills(profile.default_action->value))
    causes.push_back("each call that nothing else names (" + render(file, profile.default_action->place) +
                     ")");
  if (causes.empty()) return {};
  std::string words = "SIGSYS ended the command; the policy kills for " + causes.front();
  if (causes.size() > 1)
    words +=
        ", and in " + std::to_string(causes.size() - 1) + " more places ('scsup policy show' lists them)";
  return words;
}

}  // namespace scsup

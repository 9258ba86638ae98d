// The Docker part of near_miss.h.
#include <algorithm>

#include "supervisor/policy/document/multiplexed.h"
#include "supervisor/policy/explain/near_miss.h"
#include "supervisor/policy/rules/gate.h"
#include "supervisor/policy/rules/profile_steps.h"

namespace scsup {
namespace {

// How an entry's name means the call, if it does.
enum class Meant : std::uint8_t { not_at_all, itself, inside };

Meant meant(const std::string& name, const Call& call) {
  const Syscall* const syscall = find_syscall(name);
  if (syscall && syscall->number(call.abi) >= 0 &&
      static_cast<std::uint32_t>(syscall->number(call.abi)) == call.nr)
    return Meant::itself;
  const auto inside = call.abi == Abi::i386 ? multiplexed_on_i386(name) : std::nullopt;
  return inside && inside->through &&
                 static_cast<std::uint32_t>(inside->through->number(Abi::i386)) == call.nr &&
                 inside->selects.holds(call.args[inside->selects.arg])
             ? Meant::inside
             : Meant::not_at_all;
}

std::vector<Unmet> unmet_arguments(const ProfileEntry& entry, const Call& call, Meant how) {
  std::vector<Unmet> unmet;
  std::size_t asked = 0;
  for (const ProfileArgument& argument : entry.args) {
    if (how == Meant::inside && argument.comparison.arg == 0) continue;  // used up by the selection
    ++asked;
    const Comparison comparison = as_libseccomp(argument.comparison, call.abi);
    const std::uint64_t value = call.args[comparison.arg];
    if (!comparison.holds(value)) unmet.push_back({argument.place, unmet_words(comparison, value)});
  }
  if (are_or_ed(entry.args) && (unmet.size() < asked || asked < entry.args.size())) unmet.clear();
  return unmet;
}

}  // namespace

std::vector<EntryTrial> try_entries(const Profile& profile, const Environment& environment,
                                    const Call& call) {
  std::vector<EntryTrial> trials;
  Diagnostics ignored;
  for (std::size_t i = 0; i < profile.entries.size(); ++i) {
    const ProfileEntry& entry = profile.entries[i];
    Meant how = Meant::not_at_all;
    for (const auto& written : entry.names) {
      const Meant one = meant(written.value, call);
      if (how == Meant::not_at_all || one == Meant::itself) how = one == Meant::not_at_all ? how : one;
    }
    if (how == Meant::not_at_all) continue;
    EntryTrial trial;
    trial.entry = i;
    trial.conditional = how == Meant::inside || !entry.args.empty();
    trial.as_default = does_what_the_default_does(entry, profile);
    if (!counts(entry, environment, ignored))
      trial.unmet.push_back(
          {entry.place, "its includes or excludes (capabilities, machine, kernel) don't hold"});
    for (Unmet& one : unmet_arguments(entry, call, how)) trial.unmet.push_back(std::move(one));
    trials.push_back(std::move(trial));
  }
  return trials;
}

}  // namespace scsup

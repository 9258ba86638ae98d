// Why a rule or an entry doesn't decide a call: which of its conditions don't hold. For explaining decisions; pure
// like all of policy/, and slow: the document is read anew for each call.
//
// Agrees with Policy::decide() of the policy that build() makes from the same Document and Environment. If
// `supervise` decides, the first trial without an unmet condition is the rule that decide() names, and if there is
// none, the default applies. The same for entries if the Docker part decides: an unconditional one first.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/policy/policy.h"

namespace scsup {

struct Unmet {
  Place place;        // of the condition in the policy
  std::string words;  // "mode 0755 has none of the bits 06000"; printable as far as the caller's object is
};

struct RuleTrial {
  std::size_t rule = 0;      // index in Supervise::rules
  std::vector<Unmet> unmet;  // a condition by name, an element of args or the path, each once
  bool path_unseen = false;  // the rule has a path, and there was no object
  bool decides() const { return unmet.empty() && !path_unseen; }
};

// The rules that name `call`, in their order. `object` as for Policy::decide().
std::vector<RuleTrial> try_rules(const Supervise& supervise, const Environment& environment, const Call& call,
                                 const std::string_view* object);

struct EntryTrial {
  std::size_t entry = 0;     // index in Profile::entries
  bool conditional = false;  // has args: entries without any come first
  std::vector<Unmet> unmet;  // includes or excludes that don't hold, an element of args
  bool as_default = false;   // has defaultAction's action, so it is skipped
};

// The entries that name `call`, in their order.
std::vector<EntryTrial> try_entries(const Profile& profile, const Environment& environment, const Call& call);

// "args[1] is 0x5, not equal to 0x0"
std::string unmet_words(const Comparison& comparison, std::uint64_t value);

}  // namespace scsup

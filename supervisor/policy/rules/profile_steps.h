// The Docker part of a policy as steps per call: what runc would pass to libseccomp.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "supervisor/policy/document/document.h"
#include "supervisor/policy/rules/environment.h"
#include "supervisor/policy/rules/steps.h"

namespace scsup {

using CallKey = std::pair<Abi, std::uint32_t>;  // nr, x32 with its bit

// What libseccomp makes of a comparison: 32 bits on i386 and on x32, and no bits of a value outside the mask.
Comparison as_libseccomp(Comparison comparison, Abi abi);
// Two args on one register: runc adds each arg of the entry as a separate rule, so they are or-ed.
bool are_or_ed(const std::vector<ProfileArgument>& args);
// The same action, errno included: runc omits such an entry.
bool does_what_the_default_does(const ProfileEntry& entry, const Profile& profile);

class ProfileSteps {
 public:
  // Sets tables.abis and tables.fallback. `notified` is the meaning of SCMP_ACT_NOTIFY, or null if the policy has no
  // `supervise`.
  ProfileSteps(const Document& document, const Environment& environment, const Decision* notified,
               PolicyTables& tables, Diagnostics& diagnostics);

  // The steps of one call, ending with one that always holds.
  std::vector<Step> steps(CallKey key) const;
  // The calls that some entry names.
  std::vector<CallKey> named() const;

 private:
  struct Found {
    const Ruling* always = nullptr;  // the first unconditional entry
    std::vector<Step> conditional;
  };
  void add(const ProfileEntry& entry, const Located<std::string>& name, const Ruling* ruling);
  void add(CallKey key, const Conditions& arguments, const Ruling* ruling);
  const Ruling* ruling(ProfileAction action, std::optional<std::uint32_t> errno_ret, Origin::Kind kind,
                       Place place, const std::string& words);

  AuditScope scope_;
  const Decision* notified_;
  PolicyTables& tables_;
  Diagnostics& diagnostics_;
  std::map<CallKey, Found> found_;
};

}  // namespace scsup

// A profile that is read, changed and written again: what isn't changed stays as it was written.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "supervisor/policy/document/document.h"
#include "supervisor/policy/engines/complement.h"
#include "supervisor/policy/text/json.h"

namespace scsup {

struct EditedEntry {
  ProfileEntry entry;
  Json json;  // says the same
};

// An entry of our own. `action` is SECCOMP_RET_* | errno.
EditedEntry new_entry(std::vector<std::string> names, std::uint32_t action, const Comparisons& args = {});

struct EditedProfile {
  Json json;  // all but "syscalls", which are `entries`
  ProfileAction default_action = ProfileAction::allow;
  std::uint32_t default_errno = 1;
  bool narrow = false;    // admits calls of i386 or x32, whose registers have 32 bits
  bool has_i386 = false;  // and with it socketcall(2) and ipc(2)
  std::vector<EditedEntry> entries;

  // `json` without mistakes, and what read_profile() made of it.
  EditedProfile(Json json, const Profile& profile);

  // Takes these names out of every entry; an entry without names goes.
  void take_out(const std::function<bool(const std::string& name)>& which);
  Json written() const;
};

// The same profile for one that allows (or logs) by default, with every call listed that it lets through, and
// ENOSYS (another errno where entries use that: engines skip an entry that says what the default says) for
// all others: such calls as the engine's libseccomp has no name for (engine_names.h), and would let through.
// Calls in `taken` are left out, they are decided elsewhere. Fails, naming call and place, where "args" can't
// be turned around (complement.h).
Result<void> close_default(EditedProfile& profile, const std::function<bool(const std::string&)>& taken);

}  // namespace scsup

// A profile that is read, changed and written again; unchanged parts stay as they were written.
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
  Json json;  // the same as JSON
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

  // Removes these names from every entry, and entries that are left without names.
  void take_out(const std::function<bool(const std::string& name)>& which);
  Json written() const;
};

// The same profile for one that allows (or logs) by default: lists every call that it lets through, and answers
// ENOSYS to all others (another errno if entries use ENOSYS: engines skip an entry with the default's action). The
// others are calls for which the engine's libseccomp has no name (engine_names.h), and which it would let through.
// Calls in `taken` are left out, because they are decided elsewhere. Fails, naming call and place, if "args" can't be
// negated (complement.h).
Result<void> close_default(EditedProfile& profile, const std::function<bool(const std::string&)>& taken);

}  // namespace scsup

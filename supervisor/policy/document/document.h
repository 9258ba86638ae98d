// A policy file as it is written: typed, with the place of everything that a message may refer to, and not yet
// resolved for a machine, a user or a capability set. parse() makes it; build() (policy.h) resolves it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "supervisor/policy/text/diagnostic.h"
#include "supervisor/seccomp/filter.h"
#include "supervisor/seccomp/syscalls.h"

namespace scsup {

template <class T>
struct Located {
  T value{};
  Place place;
};

// SCMP_ACT_*
enum class ProfileAction : std::uint8_t { kill_process, kill_thread, trap, error, notify, trace, log, allow };

// One element of an entry's "args": libseccomp's comparison of a whole register, SCMP_CMP_*.
struct ProfileArgument {
  Comparison comparison;
  Place place;
};

struct ProfileGate {                               // "includes" / "excludes"
  std::vector<Located<std::string>> caps, arches;  // "CAP_SYS_ADMIN"; "amd64", "x86", "x32", "arm64"...
  std::optional<std::string> min_kernel;           // "4.8"
};

struct ProfileEntry {  // one element of "syscalls"
  Place place;         // of its '{'
  std::vector<Located<std::string>> names;
  ProfileAction action = ProfileAction::error;
  std::optional<std::uint32_t> errno_ret;
  std::vector<ProfileArgument> args;
  ProfileGate includes, excludes;
  std::string comment;
};

// The Docker/OCI part.
struct Profile {
  std::optional<Located<ProfileAction>> default_action;  // absent: allow (a file with only "supervise")
  std::optional<std::uint32_t> default_errno_ret;
  std::vector<Located<std::string>> architectures;  // SCMP_ARCH_*, from "architectures"...
  struct ArchMap {
    Located<std::string> architecture;
    std::vector<Located<std::string>> sub;
  };
  std::vector<ArchMap> arch_map;            // ...or "archMap"
  std::vector<Located<std::string>> flags;  // SECCOMP_FILTER_FLAG_*
  std::vector<ProfileEntry> entries;
};

enum class RuleAction : std::uint8_t { allow, deny, emulate };

// "mode": "0700" | {"any": "06000"} ...: comparisons are and-ed; a list of values is or-ed by `one_of`. A list of
// flags is different: "flags": ["AT_EMPTY_PATH", "AT_SYMLINK_NOFOLLOW"] requires all of them (`all`), whatever other
// flags are set.
struct ArgumentCondition {
  Role role = Role::none;
  Place place;
  std::vector<std::uint64_t> one_of;      // empty: no such condition
  std::optional<std::uint64_t> any;       // (x & any) != 0
  std::optional<std::uint64_t> all;       // (x & all) == all
  std::optional<std::uint64_t> none;      // (x & none) == 0
  std::optional<std::uint64_t> min, max;  // min <= x <= max
};

struct Rule {
  Place place;                                 // of its '{'
  std::string id;                              // "" when not given
  std::vector<Located<std::string>> syscalls;  // names and @groups
  std::vector<Located<std::string>> paths;     // globs as written; empty: any object
  std::vector<ArgumentCondition> conditions;   // mode, flags, uid, gid: and-ed
  std::vector<ProfileArgument> args;           // by position, and-ed
  RuleAction action = RuleAction::deny;
  int err = 1;                             // deny: a positive errno, EPERM unless given
  std::optional<bool> audit;               // absent: supervise.audit applies
  std::optional<std::uint32_t> mode_mask;  // emulate.mode_mask
  std::string comment;
  bool on_disk = false;  // "durability": "sync": recorded, on the disk, before the answer
};

enum class AuditScope : std::uint8_t { denied, trapped, all };

struct Supervise {
  Place place;
  std::vector<Rule> rules;
  struct Default {
    RuleAction action = RuleAction::deny;
    int err = 1;
    Place place;
  };
  std::optional<Default> fallback;  // "default"; absent: deny EPERM at the place of "supervise"
  AuditScope audit = AuditScope::denied;
  Place audit_place;                        // line 0 when not given
  std::vector<Located<std::string>> traps;  // "trap": names and @groups
  bool allow_io_uring = false;
};

struct Document {
  Profile profile;
  std::optional<Supervise> supervise;
};

}  // namespace scsup

// The parts of a policy file that parse() is made of; each reports its own mistakes. For parse*.cc only.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "supervisor/policy/document/document.h"
#include "supervisor/policy/document/parse_reader.h"
#include "supervisor/seccomp/syscalls.h"

namespace scsup {

// The Docker/OCI part of the whole file's object.
Profile read_profile(Reader& reader, const Json& file);
extern const std::span<const std::string_view> profile_keys;

void read_profile_entry(Reader& reader, const Json& json, Profile& profile);
std::optional<ProfileAction> read_profile_action(Reader& reader, const Json& json);
// "errnoRet" with podman's "errno", or "defaultErrnoRet" with "defaultErrno".
std::optional<std::uint32_t> read_profile_errno(Reader& reader, const Json& object, const char* number_key,
                                                const char* name_key, std::optional<ProfileAction> action);

// "args" of an entry or a rule.
std::vector<ProfileArgument> read_arguments(Reader& reader, const Json& json);

Supervise read_supervise(Reader& reader, const Json& json);
Rule read_rule(Reader& reader, const Json& json);

// "action" and "errno" of a rule or of "default".
struct Verdict {
  RuleAction action = RuleAction::deny;
  int err = 1;
  bool good = false;  // "action" is there and known
};
Verdict read_verdict(Reader& reader, const Json& object, std::string_view what);

// "mode", "flags", "uid", "gid".
std::vector<ArgumentCondition> read_conditions(Reader& reader, const Json& rule);
std::optional<std::uint32_t> read_mode(Reader& reader, const Json& json, std::string_view what);

// "path": a glob or a list of them.
std::vector<Located<std::string>> read_paths(Reader& reader, const Json& json);

// A list of names and @groups, at least one; returns the known ones. `key` is "syscalls" or "trap", with its quotes.
std::vector<Located<std::string>> read_call_names(Reader& reader, const Json& json, std::string_view key);

// Can each call of the rule have each of its conditions?
void check_calls(Reader& reader, const Rule& rule);
// Does an earlier rule decide all that a later one could? Only for rules without mistakes: one whose "path" could not
// be read would seem to have none.
void check_order(Reader& reader, std::span<const Rule* const> rules);

}  // namespace scsup

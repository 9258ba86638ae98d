// The configuration file of `scsup serve` and scsup-runtime, scsup-config(5): where files and sockets are, and who
// may do what.
//
// Plain values. Reading the text (config_parse.cc) has no access to anything but the user and group databases, which
// are passed as functions.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/socket.h"
#include "supervisor/audit/settings.h"
#include "supervisor/config/places.h"
#include "supervisor/policy/text/diagnostic.h"

namespace scsup {

struct SocketSetting {
  std::string path;            // absolute; "": this socket is not opened
  std::optional<gid_t> group;  // mode 0660 for this group; without: 0600
};

struct SocketSettings {
  SocketSetting agent, oci, control;
};

// One entry of "attach" or "control". If both uids and gids are given, both must hold; at least one is given.
struct Grant {
  std::optional<std::vector<uid_t>> uids;
  std::optional<std::vector<gid_t>> gids;
  std::vector<std::string> policies;  // "attach": fnmatch(3) patterns of policy names
  bool own_file = false;              // "attach": may bring a policy of their own
};

// The peer of a socket. `gids` are the peer's own and, where known, its supplementary ones.
struct Caller {
  uid_t uid;
  std::vector<gid_t> gids;
};
Caller caller_of(const Peer& peer);

enum class AtEnd { leave, wait };  // targets that still run: leave them with ENOSYS, or wait for their end

struct Config {
  uid_t own_uid = 0;     // the supervisor's
  std::string policies;  // a directory, absolute
  std::string default_policy;
  SocketSettings sockets;
  AuditSettings audit;
  std::optional<std::vector<Grant>> attach;  // without: the supervisor's own user and root, any policy
  std::optional<std::vector<Grant>> control;
  AtEnd at_end = AtEnd::leave;
  unsigned threads = 1;
  std::string runtime;  // scsup-runtime's: a program's name or absolute path; "": runc, else crun

  bool may_attach(const Caller& caller, const std::string& policy) const;
  bool may_bring_policy(const Caller& caller) const;
  bool may_control(const Caller& caller) const;
};

// The configuration without a file.
Config default_config(const Places& places, uid_t own_uid);

// passwd(5) and group(5), or other sources according to nsswitch.conf(5). They can block.
struct Accounts {
  std::function<std::optional<uid_t>(const std::string&)> user;
  std::function<std::optional<gid_t>(const std::string&)> group;
};
Accounts system_accounts();

inline constexpr std::size_t config_size_limit = 1u << 20;  // bytes

struct ParsedConfig {
  Config config;  // usable only if no diagnostic is an error
  Diagnostics diagnostics;
};

// `defaults` applies to what the text leaves out; relative paths start at `directory`.
ParsedConfig parse_config(std::string_view text, Config defaults, const std::string& directory,
                          const Accounts& accounts);

// Reads and parses a file. An Error if it can't be read, if others than its owner may write to it, or if the owner is
// neither root nor ourselves: whoever can write it decides who may control.
Result<ParsedConfig> read_config(const std::string& file, Config defaults, const Accounts& accounts);

}  // namespace scsup

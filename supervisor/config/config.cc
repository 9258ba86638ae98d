#include "supervisor/config/config.h"

#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>

#include "base/read_file.h"

namespace scsup {
namespace {

template <class Id>
bool holds(const std::optional<std::vector<Id>>& wanted, const std::vector<Id>& had) {
  return !wanted || std::any_of(had.begin(), had.end(), [&](Id id) {
    return std::find(wanted->begin(), wanted->end(), id) != wanted->end();
  });
}

bool is_for(const Grant& grant, const Caller& caller) {
  if (!grant.uids && !grant.gids) return false;  // the entry names nobody
  return holds(grant.uids, std::vector<uid_t>{caller.uid}) && holds(grant.gids, caller.gids);
}

template <class Allows>
bool granted(const Config& config, const std::optional<std::vector<Grant>>& grants, const Caller& caller,
             Allows allows) {
  if (!grants) return caller.uid == config.own_uid || caller.uid == 0;
  return std::any_of(grants->begin(), grants->end(),
                     [&](const Grant& grant) { return is_for(grant, caller) && allows(grant); });
}

// getpwnam_r(3) and getgrnam_r(3) differ only in the entry.
template <class Entry, class Id>
std::optional<Id> look_up(const std::string& name, Id Entry::*id,
                          int (*find)(const char*, Entry*, char*, std::size_t, Entry**)) {
  constexpr std::size_t enough = 1u << 20;
  std::vector<char> room(4096);
  for (;;) {
    Entry entry{};
    Entry* found = nullptr;
    const int err = find(name.c_str(), &entry, room.data(), room.size(), &found);
    if (err == ERANGE && room.size() < enough) {
      room.resize(room.size() * 4);
      continue;
    }
    if (err == EINTR) continue;
    if (err != 0 || !found) return std::nullopt;
    return entry.*id;
  }
}

}  // namespace

Caller caller_of(const Peer& peer) {
  Caller caller{peer.uid, {peer.gid}};
  caller.gids.insert(caller.gids.end(), peer.groups.begin(), peer.groups.end());
  return caller;
}

bool Config::may_attach(const Caller& caller, const std::string& policy) const {
  return granted(*this, attach, caller, [&](const Grant& grant) {
    return std::any_of(grant.policies.begin(), grant.policies.end(), [&](const std::string& pattern) {
      return fnmatch(pattern.c_str(), policy.c_str(), 0) == 0;
    });
  });
}

bool Config::may_bring_policy(const Caller& caller) const {
  return granted(*this, attach, caller, [](const Grant& grant) { return grant.own_file; });
}

bool Config::may_control(const Caller& caller) const {
  return granted(*this, control, caller, [](const Grant&) { return true; });
}

Config default_config(const Places& places, uid_t own_uid) {
  Config config;
  config.own_uid = own_uid;
  config.policies = places.policies;
  config.sockets.agent.path = default_socket(places, "agent");
  config.sockets.oci.path = default_socket(places, "oci");
  config.sockets.control.path = default_socket(places, "control");
  return config;
}

Accounts system_accounts() {
  return {[](const std::string& name) { return look_up(name, &passwd::pw_uid, getpwnam_r); },
          [](const std::string& name) { return look_up(name, &group::gr_gid, getgrnam_r); }};
}

Result<ParsedConfig> read_config(const std::string& file, Config defaults, const Accounts& accounts) {
  auto read = read_regular_file(file, "the config", config_size_limit);
  if (!read) return failed(read.error());
  const std::string cannot = "cannot use the config '" + file + "'";
  if (read->status.st_uid != 0 && read->status.st_uid != geteuid())
    return failed(0,
                  cannot + ": it belongs to another user (uid " + std::to_string(read->status.st_uid) + ")");
  if ((read->status.st_mode & 022) != 0)
    return failed(0, cannot + ": others may write to it; remove that permission (chmod go-w)");
  const std::size_t slash = file.rfind('/');
  std::string directory = slash == std::string::npos ? "." : file.substr(0, slash + 1);
  if (!directory.starts_with('/')) {
    char* const here = ::getcwd(nullptr, 0);
    if (!here) return failed("cannot find the working directory");
    directory = std::string(here) + "/" + directory;
    ::free(here);
  }
  return parse_config(read->text, std::move(defaults), directory, accounts);
}

}  // namespace scsup

// What scsup performs itself for a target: one row for each family of calls. Decoding, judging, performing, Landlock,
// `scsup syscalls` and the policy's groups all read it; how a family is performed stands in emulate/operations/.
#pragma once

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>

namespace scsup {

// none: the call is allowed in place or denied, no more.
enum class Family : std::uint8_t { none, mkdir, chmod, rmdir, unlink };

// What the path of such a call names.
enum class Names : std::uint8_t {
  nothing,
  object,  // what is there, or what a link there leads to
  entry,   // a name in a directory: the name itself is made or removed, and no link is followed
};

// What the kernel says where a path that should name an entry ends in none.
struct NoEntry {
  int root = 0, dot = 0, dot_dot = 0;  // "/", "x/.", "x/.."
};

// The right that a call of the family needs, to the object or to the directory that holds the entry.
enum class Right : std::uint8_t { none, create, remove, change_metadata };
constexpr std::string_view name(Right right) {
  constexpr std::string_view names[] = {"", "create", "remove", "metadata"};
  return names[static_cast<std::size_t>(right)];
}

struct Operation {
  Family family = Family::none;
  std::string_view group;  // its name in a policy
  Names names = Names::nothing;
  Right needs = Right::none;
  NoEntry no_entry{};
  std::uint32_t flags = 0;    // AT_*: others are EINVAL, where a call of the family takes flags
  bool by_landlock = false;   // a Landlock domain can forbid it (landlock(7)): it is performed within
  bool minds_mounts = false;  // the kernel refuses a mount point, of the mount namespace of whoever calls

  // The umask has a say, and a name that is taken is EEXIST before anything is permitted.
  constexpr bool creates() const { return needs == Right::create; }
};

inline constexpr std::array operations{
    Operation{},
    Operation{.family = Family::mkdir,
              .group = "@mkdir",
              .names = Names::entry,
              .needs = Right::create,
              .no_entry = {.root = EEXIST, .dot = EEXIST, .dot_dot = EEXIST},
              .by_landlock = true},
    Operation{.family = Family::chmod,
              .group = "@chmod",
              .names = Names::object,
              .needs = Right::change_metadata,
              .flags = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH},
    Operation{.family = Family::rmdir,
              .group = "@rmdir",
              .names = Names::entry,
              .needs = Right::remove,
              .no_entry = {.root = EBUSY, .dot = EINVAL, .dot_dot = ENOTEMPTY},
              .flags = AT_REMOVEDIR,
              .by_landlock = true,
              .minds_mounts = true},
    Operation{.family = Family::unlink,
              .group = "@unlink",
              .names = Names::entry,
              .needs = Right::remove,
              .no_entry = {.root = EISDIR, .dot = EISDIR, .dot_dot = EISDIR},
              .flags = AT_REMOVEDIR,
              .by_landlock = true,
              .minds_mounts = true},
};

constexpr const Operation& operation(Family family) { return operations[static_cast<std::size_t>(family)]; }

static_assert(
    [] {
      for (std::size_t i = 0; i < operations.size(); ++i)
        if (static_cast<std::size_t>(operations[i].family) != i) return false;
      return true;
    }(),
    "each row stands at its family's place");

}  // namespace scsup

// One line of an audit log (scsup-audit(5)), with the members that the analysis uses. Views point into the line or
// into the reader's memory, and are valid until the next line is read. A missing member is empty, or -1.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace scsup::analysis {

// What kind of line it is; `other`: of a later version, or not ours.
enum class Type : std::uint8_t {
  run,
  policy,
  attach,
  detach,
  death,
  call,
  task,
  amend,
  gap,
  seal,
  recover,
  stats,
  end,
  other
};

struct Record {
  std::string_view line;  // as it was read
  Type type = Type::other;
  std::string_view type_name;
  std::string_view run, time;  // RFC 3339
  std::int64_t seq = -1, session = -1;
  std::string_view id;  // of the notification

  std::string_view container_id, container_name, image;
  std::int64_t tid = -1, pid = -1, ppid = -1, uid = -1, gid = -1;
  std::int64_t start = -1;  // of the process: clock ticks after boot
  std::string_view comm, exe, cwd;

  std::string_view arch, syscall;  // "mkdir"; "" when the call has no name here
  std::int64_t nr = -1;
  std::array<std::string_view, 6> args;
  std::size_t arg_count = 0;
  std::string_view path, resolved, mode, flags;
  std::string_view path_b64, resolved_b64;  // their bytes, where they are no UTF-8
  bool from_dirfd = false;                  // a relative path doesn't start at cwd

  std::string_view act, how, err, rule, rule_at, policy_sha, out;
  bool by_default = false;  // the rule is a default
  std::int64_t generation = -1, ret = -1, dec_ns = -1;

  // A call's record may stand for several like calls: how many, until when, and how long all of them and the
  // slowest took. dec_ns is the first one's.
  static constexpr std::int64_t most_alike = 0xffffffff;  // so that no log makes a sum of counts overflow
  std::int64_t count = 1;                                 // 1 to most_alike, whatever the line says
  std::string_view last_time;
  std::int64_t dec_ns_sum = -1, dec_ns_max = -1;

  std::int64_t lost = -1;                                // gap
  std::string_view cause;                                // gap
  std::string_view file, text, argv0, version, command;  // run, policy, attach
  std::string_view policy_name, kernel;                  // run, policy; run
  // What a policy was resolved for: run, attach. Capabilities as "0x..."
  std::string_view caps, home, directory;

  std::uint64_t calls() const { return static_cast<std::uint64_t>(count); }
  // When the last of its calls was made.
  std::string_view last() const { return count > 1 && last_time > time ? last_time : time; }
  bool is_denied() const { return act == "deny" || act == "kill"; }
  // The path that was acted on or judged, else the one that was given.
  std::string_view object() const { return resolved.empty() ? path : resolved; }
};

}  // namespace scsup::analysis

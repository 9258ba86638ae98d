// Compares two records member by member.
#pragma once

#include <string>
#include <utility>

#include "analysis/read/record.h"

namespace scsup::analysis {

// The first difference, or "".
inline std::string difference(const Record& a, const Record& b) {
  static constexpr std::pair<std::string_view Record::*, const char*> texts[] = {
      {&Record::line, "line"},
      {&Record::type_name, "type"},
      {&Record::run, "run"},
      {&Record::time, "time"},
      {&Record::id, "id"},
      {&Record::container_id, "container.id"},
      {&Record::container_name, "container.name"},
      {&Record::image, "container.image"},
      {&Record::comm, "comm"},
      {&Record::exe, "exe"},
      {&Record::cwd, "cwd"},
      {&Record::arch, "arch"},
      {&Record::syscall, "name"},
      {&Record::path, "path"},
      {&Record::resolved, "resolved"},
      {&Record::mode, "mode"},
      {&Record::flags, "flags"},
      {&Record::act, "act"},
      {&Record::how, "how"},
      {&Record::err, "errno"},
      {&Record::rule, "rule"},
      {&Record::rule_at, "rule.at"},
      {&Record::policy_sha, "sha"},
      {&Record::out, "out"},
      {&Record::cause, "cause"},
      {&Record::file, "file"},
      {&Record::text, "text"},
      {&Record::version, "version"},
      {&Record::command, "command"},
      {&Record::last_time, "last_time"}};
  for (const auto& [member, name] : texts)
    if (a.*member != b.*member) return name;
  static constexpr std::pair<std::int64_t Record::*, const char*> numbers[] = {
      {&Record::seq, "seq"},
      {&Record::session, "session"},
      {&Record::tid, "tid"},
      {&Record::pid, "pid"},
      {&Record::ppid, "ppid"},
      {&Record::uid, "uid"},
      {&Record::gid, "gid"},
      {&Record::nr, "nr"},
      {&Record::generation, "gen"},
      {&Record::ret, "ret"},
      {&Record::dec_ns, "dec_ns"},
      {&Record::lost, "lost"},
      {&Record::count, "count"},
      {&Record::dec_ns_sum, "dec_ns_sum"},
      {&Record::dec_ns_max, "dec_ns_max"}};
  for (const auto& [member, name] : numbers)
    if (a.*member != b.*member) return name;
  if (a.type != b.type) return "type";
  if (a.from_dirfd != b.from_dirfd) return "dirfd";
  if (a.by_default != b.by_default) return "default";
  if (a.arg_count != b.arg_count || a.args != b.args) return "args";
  return "";
}

}  // namespace scsup::analysis

// How the audit is kept; "audit" in scsup-config(5).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scsup {

// What holds for a record when its call is answered: the kernel has it, so it outlives this process; or it is on the
// disk, so it outlives a loss of power.
enum class Durability : std::uint8_t { write, sync };

// What happens to calls while the log can't be written: they are denied; wait until it can be written; or are decided
// as usual, and the `gap` record counts them.
enum class OnAuditFailure : std::uint8_t { deny, wait, count };

// Whether appended lines are sealed. A log that was begun without seals is closed first, as seals cover a file from
// its start; if it can't be closed, `where_possible` continues it without seals.
enum class Sealing : std::uint8_t { no, where_possible, yes };

// Whether like calls get a record each, or, where they come to the log together, one with their count.
enum class Same : std::uint8_t { each, count };

struct AuditSettings {
  std::optional<std::string> file;  // as --audit: a file, "-" or "none"
  Durability durability = Durability::write;
  OnAuditFailure on_failure = OnAuditFailure::deny;
  Same same = Same::each;
  // A segment is closed when it reaches this size or age. 0: never.
  std::uint64_t segment_bytes = 0;
  std::chrono::seconds segment_age{0};
  bool compress = false;                      // closed segments, by zstd
  Sealing seal = Sealing::where_possible;     // a seal with each commit
  std::string seal_key;                       // a file; "": seals are a chain of hashes without a key
  std::chrono::seconds anchor{0};             // how often the last seal is sent to syslog(3); 0: never
  std::vector<std::string> redact_paths;      // globs
  std::vector<std::string> redact_arguments;  // globs of whole arguments
  bool journald = false;                      // a copy of each record to the journal
  std::string socket;                         // and to a unix stream socket there
};

}  // namespace scsup

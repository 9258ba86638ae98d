// Like calls among lines that are about to be appended become one line with a count: "same" in
// scsup-config(5). Pure: what is told of the calls is all that is looked at.
//
// Two `call` lines are alike if they are equal but for time, mono_ns, id and dec_ns. The first one keeps its
// place, and is closed by members about all of them: count, last_time, last_mono_ns, dec_ns_sum, dec_ns_max.
// An `amend` names a call, which then needs a line of its own: one that is amended among these lines, and one
// that is open, whose amend may still come.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "supervisor/audit/store/log_line.h"

namespace scsup {

// What an `amend` names a call by.
struct CallName {
  std::uint32_t session = 0;
  std::uint64_t id = 0;
  auto operator<=>(const CallName&) const = default;
};

class LikeLines {
 public:
  // `open`: calls that are recorded and not answered yet, as of an instant not after that when the last of
  // `lines` was put. The lines must outlive this.
  LikeLines(std::span<const LogLine> lines, std::vector<CallName> open);
  LikeLines(LikeLines&&) = delete;

  // What is to be appended.
  std::span<const LogLine> lines() const { return lines_; }
  // For each line that was given, by which of lines() it is told.
  const std::vector<std::size_t>& places() const { return places_; }

 private:
  std::vector<LogLine> lines_;
  std::vector<std::size_t> places_;
  std::deque<std::string> made_;
};

}  // namespace scsup

// What each rule of a policy has decided in one session. Thread-safe; the usual case is one look-up.
#pragma once

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "supervisor/policy/rules/decision.h"

namespace scsup {

class Tally {
 public:
  struct Line {
    const Origin* origin = nullptr;  // lives as long as the policy
    std::string_view syscall;        // the last one
    std::uint64_t calls = 0, denied = 0;
    std::int64_t slowest_ns = 0;
  };

  void count(const Origin* origin, std::string_view syscall, bool denied, std::int64_t ns) {
    std::lock_guard lock(mutex_);
    Line& line = lines_[origin];
    line.origin = origin;
    line.syscall = syscall;
    ++line.calls;
    line.denied += denied;
    line.slowest_ns = std::max(line.slowest_ns, ns);
  }

  // The busiest first.
  std::vector<Line> lines() const {
    std::vector<Line> all;
    {
      std::lock_guard lock(mutex_);
      for (const auto& [origin, line] : lines_) all.push_back(line);
    }
    std::ranges::sort(all, std::ranges::greater{}, &Line::calls);
    return all;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<const Origin*, Line> lines_;  // no more than the policy has rules
};

}  // namespace scsup

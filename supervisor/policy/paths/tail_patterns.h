// The patterns that begin at one node of a PathSet: matched one by one while they are few, by one RE2::Set if they
// are many. Used by path_set.cc only.
#pragma once

#include <re2/re2.h>
#include <re2/set.h>

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace scsup {

// Equal patterns are compiled once: ten thousand directories often share one "*.c".
class CompiledPatterns {
 public:
  Result<std::shared_ptr<const re2::RE2>> get(const std::string& pattern);

 private:
  std::unordered_map<std::string, std::shared_ptr<const re2::RE2>> known_;
};

class TailPatterns {
 public:
  void add(std::uint32_t rule, std::string pattern) {
    rules_.push_back(rule), patterns_.push_back(std::move(pattern));
  }
  Result<void> compile(CompiledPatterns& compiled, std::int64_t automaton_bytes);

  // `tail` as in FlatGlob::pattern, already as_characters().
  void match(std::string_view tail, std::pmr::vector<std::uint32_t>& rules) const;

 private:
  std::vector<std::uint32_t> rules_;
  std::vector<std::string> patterns_;  // until compile()
  std::vector<std::shared_ptr<const re2::RE2>> each_;
  std::unique_ptr<re2::RE2::Set> all_;  // null: few patterns, or too large for one automaton
};

}  // namespace scsup

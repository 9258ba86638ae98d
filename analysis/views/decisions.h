// How calls were decided: counts by call and object, for comparing two logs.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/read/record.h"

namespace scsup::analysis {

// "mkdir" and its object, "" if it had no path.
using Asked = std::pair<std::string, std::string>;
// "deny EPERM" -> how often.
using Decided = std::map<std::string, std::uint64_t>;

struct Difference {
  enum class Kind : std::uint8_t { appeared, disappeared, changed } kind;
  Asked asked;
  Decided before, after;
};

class Decisions {
 public:
  // For both logs together; calls on further objects are counted, and not compared, so that memory has a bound.
  static constexpr std::size_t most = 65536;

  enum class Log : std::uint8_t { before, after };
  void add(Log log, const Record& record);

  // By call and object. Different counts of the same decision are no difference.
  std::vector<Difference> differences() const;
  std::uint64_t not_compared() const { return not_compared_; }

 private:
  struct Both {
    Decided before, after;
  };
  std::map<Asked, Both> all_;
  std::uint64_t not_compared_ = 0;
};

// "allow 12, deny EPERM 3"
std::string to_text(const Decided& decided);

}  // namespace scsup::analysis

// Calls, counted by one of their members.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/count/tally.h"

namespace scsup::analysis {

enum class By : std::uint8_t { syscall, path, exe, rule, container, err };

std::optional<By> by_of(std::string_view word);
std::string_view word_of(By by);
// The word under which a call is counted; "-" if it has none.
std::string_view key_of(By by, const Record& call);
std::string_view or_dash(std::string_view text);

class Groups {
 public:
  // Beyond these new keys are counted together, so that memory has a bound.
  static constexpr std::size_t most = 65536;

  explicit Groups(By by) : by_(by) {}
  void add(const Record& call);
  void add(const Groups& other);

  struct Row {
    std::string key;
    Tally tally;
  };
  // The most calls first.
  std::vector<Row> rows() const;
  Tally total() const;                             // added up anew each time
  const Tally& others() const { return others_; }  // without a row of their own

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>{}(key); }
  };
  Tally& of(std::string_view key);

  By by_;
  std::unordered_map<std::string, Tally, Hash, std::equal_to<>> tallies_;
  Tally others_;
};

}  // namespace scsup::analysis

// Denied calls, grouped by what decided and what was answered.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "analysis/read/record.h"
#include "analysis/report/counter.h"

namespace scsup::analysis {

class Denials {
 public:
  // Beyond these new groups are counted together, so that memory has a bound.
  static constexpr std::size_t most = 4096;

  struct Group {
    std::string rule, at, sha, syscall, err;
    bool by_default = false;
    std::uint64_t calls = 0, killed = 0;
    std::string first, last;      // times
    std::set<std::int64_t> seqs;  // the first ones
    std::string line;             // of the very first: it explains the others
    Counter objects{256}, programs{64};
  };

  void add(const Record& call);  // a denied one
  void add(const Denials& other);
  // Those with the most calls first.
  std::vector<const Group*> rows() const;
  std::uint64_t others() const { return others_; }

 private:
  static constexpr std::size_t most_seqs = 5;
  Group* of(const std::string& key);

  ByText<Group> groups_;
  std::string key_;
  std::uint64_t others_ = 0;
};

}  // namespace scsup::analysis

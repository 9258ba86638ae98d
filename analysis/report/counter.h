// How often each word was seen, in bounded memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/count/by_text.h"

namespace scsup::analysis {

class Counter {
 public:
  explicit Counter(std::size_t most) : most_(most) {}

  void add(std::string_view word, std::uint64_t times = 1) {
    if (const auto found = counts_.find(word); found != counts_.end())
      found->second += times;
    else if (counts_.size() < most_)
      counts_.emplace(word, times);
    else
      others_ += times;
  }
  void add(const Counter& other) {
    for (const auto& [word, times] : other.counts_) add(word, times);
    others_ += other.others_;
  }
  // The most frequent first.
  std::vector<std::pair<std::string, std::uint64_t>> rows() const {
    std::vector<std::pair<std::string, std::uint64_t>> rows(counts_.begin(), counts_.end());
    std::ranges::sort(rows, [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a < b;
    });
    return rows;
  }
  std::uint64_t others() const { return others_; }  // seen when there were too many words already

 private:
  std::size_t most_;
  ByText<std::uint64_t> counts_;
  std::uint64_t others_ = 0;
};

}  // namespace scsup::analysis

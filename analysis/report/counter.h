// How often each word was seen, in bounded memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace scsup::analysis {

// Words that can be looked up without a copy.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
template <class Value>
using ByText = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

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
  // The most seen first.
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

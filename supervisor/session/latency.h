// How long calls took, as counts: a histogram with four buckets to each power of two, so that a quantile is
// at most a quarter too high. Counting is one relaxed addition.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

namespace scsup {

class Latency {
 public:
  void count(std::int64_t ns) { counts_[bucket(ns)].fetch_add(1, std::memory_order_relaxed); }

  // The upper bound, in ns, of the bucket that holds the quantile (0 < q < 1); 0 when nothing was counted.
  std::uint64_t quantile(double q) const {
    std::uint64_t sum = 0;
    for (const auto& count : counts_) sum += count.load(std::memory_order_relaxed);
    if (sum == 0) return 0;
    auto left = static_cast<std::uint64_t>(q * static_cast<double>(sum));
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      const std::uint64_t here = counts_[i].load(std::memory_order_relaxed);
      if (left < here) return upper_bound(i);
      left -= here;
    }
    return upper_bound(counts_.size() - 1);
  }

 private:
  static constexpr std::size_t buckets = 4 * 40;  // up to 2^40 ns, 18 minutes

  static std::size_t bucket(std::int64_t ns) {
    const std::uint64_t value = ns < 4 ? 4 : static_cast<std::uint64_t>(ns);
    const auto power = static_cast<std::size_t>(std::bit_width(value)) - 1;
    const std::size_t i = 4 * power + (value >> (power - 2) & 3);
    return i < buckets ? i : buckets - 1;
  }
  static std::uint64_t upper_bound(std::size_t i) {
    const std::size_t power = i / 4;
    return power < 2 ? 4 : (std::uint64_t{4} + i % 4 + 1) << (power - 2);
  }

  std::array<std::atomic<std::uint32_t>, buckets> counts_{};
};

}  // namespace scsup

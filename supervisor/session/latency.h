// How long calls took, as a histogram. Counting is one relaxed addition.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include "base/duration_histogram.h"

namespace scsup {

class Latency {
 public:
  void count(std::int64_t ns) {
    const auto duration = static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0));
    counts_[duration_bucket(duration)].fetch_add(1, std::memory_order_relaxed);
  }
  // In ns; 0 if nothing was counted.
  std::uint64_t quantile(double q) const { return quantile_of(counts_, q); }

 private:
  std::array<std::atomic<std::uint32_t>, duration_buckets> counts_{};
};

}  // namespace scsup

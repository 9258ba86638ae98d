// Counts of durations: four buckets to each power of two, so that a quantile is at most a quarter too high.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace scsup {

inline constexpr std::size_t duration_buckets = 4 * 40;  // up to 2^40 ns, 18 minutes

inline std::size_t duration_bucket(std::uint64_t ns) {
  const std::uint64_t value = ns < 4 ? 4 : ns;
  const auto power = static_cast<std::size_t>(std::bit_width(value)) - 1;
  const std::size_t i = 4 * power + (value >> (power - 2) & 3);
  return i < duration_buckets ? i : duration_buckets - 1;
}

// The upper bound of bucket `i`, in ns.
inline std::uint64_t upper_bound_of_bucket(std::size_t i) {
  const std::size_t power = i / 4;
  return power < 2 ? 4 : (std::uint64_t{4} + i % 4 + 1) << (power - 2);
}

// The upper bound, in ns, of the bucket that holds the quantile (0 < q < 1); 0 when nothing was counted.
// `Count`: a number, or an atomic one.
template <class Count>
std::uint64_t quantile_of(const std::array<Count, duration_buckets>& counts, double q) {
  std::uint64_t sum = 0;
  for (const Count& count : counts) sum += count;
  if (sum == 0) return 0;
  auto left = static_cast<std::uint64_t>(q * static_cast<double>(sum));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::uint64_t here = counts[i];
    if (left < here) return upper_bound_of_bucket(i);
    left -= here;
  }
  return upper_bound_of_bucket(counts.size() - 1);
}

}  // namespace scsup

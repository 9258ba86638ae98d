// What many calls came to, and how long they took.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "analysis/record.h"

namespace scsup::analysis {

// A histogram of durations with four buckets to each power of two: a quantile is at most a quarter too high.
class Durations {
 public:
  void add(std::uint64_t ns) { ++counts_[bucket(ns)]; }
  void add(const Durations& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  }
  // The upper bound of the bucket that holds the quantile, in ns; 0 when there is nothing.
  std::uint64_t quantile(double q) const {
    std::uint64_t sum = 0;
    for (const std::uint32_t count : counts_) sum += count;
    auto left = static_cast<std::uint64_t>(q * static_cast<double>(sum));
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (left < counts_[i]) return upper_bound(i);
      left -= counts_[i];
    }
    return 0;
  }

 private:
  static constexpr std::size_t buckets = 4 * 40;  // up to 2^40 ns, 18 minutes
  static std::size_t bucket(std::uint64_t ns) {
    const std::uint64_t value = ns < 4 ? 4 : ns;
    const auto power = static_cast<std::size_t>(std::bit_width(value)) - 1;
    const std::size_t i = 4 * power + (value >> (power - 2) & 3);
    return i < buckets ? i : buckets - 1;
  }
  static std::uint64_t upper_bound(std::size_t i) {
    const std::size_t power = i / 4;
    return power < 2 ? 4 : (std::uint64_t{4} + i % 4 + 1) << (power - 2);
  }

  std::array<std::uint32_t, buckets> counts_{};
};

struct Tally {
  std::uint64_t calls = 0, allowed = 0, denied = 0, emulated = 0;
  std::uint64_t errors = 0;  // of those that were performed: the kernel's own answers
  std::uint64_t total_ns = 0;
  Durations durations;

  void add(const Record& call) {
    ++calls;
    const bool is_emulated = call.act == "emulate", is_allowed = call.act == "allow";
    (is_emulated ? emulated : is_allowed ? allowed : denied) += 1;
    errors += (is_emulated || is_allowed) && !call.err.empty();
    if (call.dec_ns < 0) return;
    total_ns += static_cast<std::uint64_t>(call.dec_ns);
    durations.add(static_cast<std::uint64_t>(call.dec_ns));
  }
  void add(const Tally& other) {
    calls += other.calls;
    allowed += other.allowed;
    denied += other.denied;
    emulated += other.emulated;
    errors += other.errors;
    total_ns += other.total_ns;
    durations.add(other.durations);
  }
};

}  // namespace scsup::analysis

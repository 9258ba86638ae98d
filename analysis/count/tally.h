// How many calls were decided, and how long they took.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "analysis/read/record.h"
#include "base/duration_histogram.h"

namespace scsup::analysis {

class Durations {
 public:
  void add(std::uint64_t ns, std::uint64_t times = 1) { add_to(counts_[duration_bucket(ns)], times); }
  void add(const Durations& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) add_to(counts_[i], other.counts_[i]);
  }
  // In ns; 0 when there is nothing.
  std::uint64_t quantile(double q) const { return quantile_of(counts_, q); }
  const auto& counts() const { return counts_; }  // by duration_bucket()

 private:
  // There are many tallies, so they are small: what a record claims may be more.
  static void add_to(std::uint32_t& count, std::uint64_t times) {
    count = static_cast<std::uint32_t>(std::min<std::uint64_t>(count + times, UINT32_MAX));
  }
  std::array<std::uint32_t, duration_buckets> counts_{};
};

struct Tally {
  std::uint64_t calls = 0, allowed = 0, denied = 0, emulated = 0;
  std::uint64_t errors = 0;  // of performed calls: the kernel's own errors
  std::uint64_t total_ns = 0;
  Durations durations;

  void add(const Record& call) {
    const std::uint64_t times = call.calls();
    calls += times;
    const bool is_emulated = call.act == "emulate", is_allowed = call.act == "allow";
    (is_emulated ? emulated : is_allowed ? allowed : denied) += times;
    if ((is_emulated || is_allowed) && !call.err.empty()) errors += times;
    add_durations(call);
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

 private:
  // Of several calls the sum and the slowest are known: the others count with what is left for each.
  void add_durations(const Record& call) {
    if (call.dec_ns < 0) return;
    const std::uint64_t times = call.calls(), first = static_cast<std::uint64_t>(call.dec_ns);
    if (times == 1 || call.dec_ns_max < 0 || call.dec_ns_sum < call.dec_ns_max) {
      total_ns += first * times;
      durations.add(first, times);
      return;
    }
    const auto sum = static_cast<std::uint64_t>(call.dec_ns_sum);
    const auto most = static_cast<std::uint64_t>(call.dec_ns_max);
    total_ns += sum;
    durations.add(most);
    durations.add((sum - most) / (times - 1), times - 1);
  }
};

}  // namespace scsup::analysis

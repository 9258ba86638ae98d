// What many calls came to, and how long they took.
#pragma once

#include <array>
#include <cstdint>

#include "analysis/read/record.h"
#include "base/duration_histogram.h"

namespace scsup::analysis {

class Durations {
 public:
  void add(std::uint64_t ns) { ++counts_[duration_bucket(ns)]; }
  void add(const Durations& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  }
  // In ns; 0 when there is nothing.
  std::uint64_t quantile(double q) const { return quantile_of(counts_, q); }
  const auto& counts() const { return counts_; }  // by duration_bucket()

 private:
  std::array<std::uint32_t, duration_buckets> counts_{};
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

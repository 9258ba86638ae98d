// What `scsup top` shows: rates from the counts of two moments, and their order. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "supervisor/control/call.h"
#include "supervisor/control/service.h"

namespace scsup {

// The counts of one moment: the reply to Top.
struct Moment {
  std::int64_t mono_us = 0, now_us = 0;
  std::vector<control::SessionState> sessions;
  struct Rules {
    std::uint32_t session = 0;
    std::vector<control::Rate> rules;
  };
  std::vector<Rules> rules;
};
Moment moment_of(const control::Json& reply);

struct SessionRate {
  std::uint32_t number = 0;
  std::string title, policy;  // printable
  std::uint64_t generation = 0, calls = 0, pending = 0, p50_ns = 0, p99_ns = 0;
  double calls_s = 0, denied_s = 0, emulated_s = 0;
};
struct RuleRate {
  std::uint32_t session = 0;
  std::string rule, syscall;  // printable
  std::uint64_t calls = 0, denied = 0, slowest_ns = 0;
  double calls_s = 0, denied_s = 0;
};
struct Rates {
  double seconds = 0;  // between the two moments; 0: averages since each session attached
  std::vector<SessionRate> sessions;
  std::vector<RuleRate> rules;
};
// `before` may be nullptr. For a new session or rule, its whole counts become the rate.
Rates rates_between(const Moment* before, const Moment& now);

enum class SortBy : std::uint8_t { calls, denied, latency, total, number };
// Equal rates are ordered by number. A rule's latency is its slowest call.
void sort(Rates& rates, SortBy by, bool reversed);

}  // namespace scsup

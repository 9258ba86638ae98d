// A tally for programs: the counts in summary --json and in the report.
#pragma once

#include <nlohmann/json.hpp>

#include "analysis/count/tally.h"

namespace scsup::analysis {

inline nlohmann::json to_json(const Tally& tally) {
  return {{"calls", tally.calls},
          {"allowed", tally.allowed},
          {"denied", tally.denied},
          {"emulated", tally.emulated},
          {"errors", tally.errors},
          {"total_ns", tally.total_ns},
          {"p50_ns", tally.durations.quantile(0.5)},
          {"p99_ns", tally.durations.quantile(0.99)}};
}

}  // namespace scsup::analysis

// A policy, and how often each of its parts decided.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/explain/rebuilt_policy.h"
#include "supervisor/policy/explain/recorded_parts.h"

namespace scsup::analysis {

// By the place of the part that decided, as in records.
using Hits = std::map<std::string, std::uint64_t, std::less<>>;

struct CoveredPart {
  std::string words;   // "rule no-mkdir", "supervise.default", "entry", "defaultAction"
  scsup::Place place;  // line 0: it isn't written in the text
  std::uint64_t calls = 0;
  enum class State : std::uint8_t {
    used,
    unused,
    maybe_unused,  // no record, but the filter decides some of its calls by itself
    not_recorded,  // the filter decides all of them
    no_part        // it decides nothing here: see recorded_parts()
  } state = State::unused;
};

// In the order of the text.
std::vector<CoveredPart> covered(const RebuiltPolicy& policy, const Hits& hits);

std::string_view word(CoveredPart::State state);

// The text; each line has in its margin the counts of the parts that begin there; printable.
std::vector<std::string> with_margin(const std::string& text, const std::vector<CoveredPart>& parts);

}  // namespace scsup::analysis

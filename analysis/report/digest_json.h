// A digest as JSON for the report's page.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "analysis/explain/policy_shelf.h"
#include "analysis/report/digest.h"

namespace scsup::analysis {

struct Damage;

// How many elements of each list are shown; the rest is added up, and `cut` says so.
struct Lengths {
  std::size_t denials = 300, objects = 25, programs = 12, calls = 300, rows = 40, processes = 600,
              policies = 6, policy_lines = 3000;
  void halve();
};

// "12 of 4321 calls were denied, ..."
std::string verdict(const Digest& digest);

// All text in it is printable(), so nothing that targets chose can drive a terminal. `source`: what was read.
nlohmann::json to_json(const Digest& digest, const PolicyShelf& shelf, const Damage& damage,
                       const std::string& source, const Lengths& lengths);

}  // namespace scsup::analysis

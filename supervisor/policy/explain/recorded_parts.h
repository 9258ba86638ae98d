// Which rules, entries and defaults of a policy appear in an audit log when they decide: those whose calls the filter
// traps. What the filter decides by itself leaves no record.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "supervisor/policy/policy.h"

namespace scsup {

enum class Recorded : std::uint8_t {
  always,
  sometimes,  // for some calls, or under some arguments
  never
};

// By Origin::at. What is missing here decides nothing: a rule for calls that no admitted ABI has, an entry with the
// default's action, or one whose includes don't hold.
std::map<std::string, Recorded> recorded_parts(const Policy& policy);

}  // namespace scsup

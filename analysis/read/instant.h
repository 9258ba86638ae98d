// A record's time as a number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scsup::analysis {

// Microseconds after 1970 of an RFC 3339 time in UTC, as scsup writes it ("2026-01-31T08:31:00.123456789Z");
// nothing when it is none, or lies outside of the years 1970 to 9999.
std::optional<std::int64_t> microseconds_of(std::string_view time);

// "2026-01-31T08:31:00.123456Z"
std::string time_of(std::int64_t microseconds);

}  // namespace scsup::analysis

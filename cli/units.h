// Numbers in readable form.
#pragma once

#include <cstdint>
#include <string>

namespace scsup {

std::string human_count(std::uint64_t count);       // "9999", "12.3k", "4.0M"; at most 5 characters
std::string human_duration(std::uint64_t ns);       // "850ns", "14us", "1.2ms", "3.4s"; 0: "-"
std::string short_number(double value);             // "1", "0.5"
std::string human_rate(double per_second);          // "0", "<0.1", "0.4", "12", "1.2k"
std::string human_age(std::int64_t seconds);        // "12s", "5min", "3h20", "4d"
std::string human_time(std::int64_t unix_seconds);  // "2026-01-31 08:31:11", local time

}  // namespace scsup

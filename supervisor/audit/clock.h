// The two times of a record.
#pragma once

#include <cstdint>
#include <string_view>

namespace scsup {

std::int64_t monotonic_ns();  // CLOCK_MONOTONIC
std::int64_t unix_ns();       // CLOCK_REALTIME

// "2024-05-06T07:08:09.123456789Z" (RFC 3339). Formats the date once a second. Each writer needs its own.
class WallClock {
 public:
  std::string_view now();

 private:
  std::int64_t second_ = -1;
  char text_[32] = {};
};

}  // namespace scsup

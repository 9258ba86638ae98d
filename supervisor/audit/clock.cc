#include "supervisor/audit/clock.h"

#include <time.h>

namespace scsup {

namespace {

std::int64_t ns_of(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * std::int64_t{1000000000} + now.tv_nsec;
}

}  // namespace

std::int64_t monotonic_ns() { return ns_of(CLOCK_MONOTONIC); }
std::int64_t unix_ns() { return ns_of(CLOCK_REALTIME); }

std::string_view WallClock::now() {
  constexpr std::size_t length = 30, fraction = 20;
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (now.tv_sec != second_) {
    second_ = now.tv_sec;
    tm utc;
    gmtime_r(&now.tv_sec, &utc);
    strftime(text_, sizeof text_, "%Y-%m-%dT%H:%M:%S.000000000Z", &utc);
  }
  long nanoseconds = now.tv_nsec;
  for (std::size_t i = 9; i-- > 0; nanoseconds /= 10)
    text_[fraction + i] = static_cast<char>('0' + nanoseconds % 10);
  return {text_, length};
}

}  // namespace scsup

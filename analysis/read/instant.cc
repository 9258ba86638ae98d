#include "analysis/read/instant.h"

#include <chrono>
#include <cstdio>

namespace scsup::analysis {
namespace {

// As many digits as there are 'd' in the form; -1 when it doesn't fit.
int number(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::optional<std::int64_t> microseconds_of(std::string_view time) {
  using namespace std::chrono;
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
  if (time.size() < form.size() + 1 || time.back() != 'Z') return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] != 'd' && form[i] != time[i]) return std::nullopt;
  const int y = number(time, 0, 4), mon = number(time, 5, 2), d = number(time, 8, 2), h = number(time, 11, 2),
            min = number(time, 14, 2), s = number(time, 17, 2);
  const year_month_day date{year(y), month(static_cast<unsigned>(mon)), day(static_cast<unsigned>(d))};
  if (y < 1970 || mon < 1 || d < 1 || !date.ok() || h < 0 || h > 23 || min < 0 || min > 59 || s < 0 || s > 60)
    return std::nullopt;
  std::int64_t micros = 0;
  std::string_view rest = time.substr(form.size(), time.size() - form.size() - 1);
  if (!rest.empty()) {
    if (rest[0] != '.' || rest.size() < 2) return std::nullopt;
    rest.remove_prefix(1);
    for (std::size_t i = 0; i < 6; ++i) {
      const int digit = i < rest.size() ? number(rest, i, 1) : 0;
      if (digit < 0) return std::nullopt;
      micros = micros * 10 + digit;
    }
  }
  const std::int64_t days = sys_days(date).time_since_epoch().count();
  return ((days * 24 + h) * 60 + min) * 60'000'000 + s * std::int64_t(1'000'000) + micros;
}

std::string time_of(std::int64_t microseconds) {
  using namespace std::chrono;
  const sys_days date(floor<days>(std::chrono::microseconds(microseconds)));
  const year_month_day parts(date);
  const std::int64_t within =
      microseconds - duration_cast<std::chrono::microseconds>(date.time_since_epoch()).count();
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(parts.year()),
                static_cast<unsigned>(parts.month()), static_cast<unsigned>(parts.day()),
                static_cast<int>(within / 3'600'000'000), static_cast<int>(within / 60'000'000 % 60),
                static_cast<int>(within / 1'000'000 % 60), static_cast<int>(within % 1'000'000));
  return text;
}

}  // namespace scsup::analysis

#include "cli/units.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace scsup {

namespace {

template <class... Values>
std::string format(const char* words, Values... values) {
  char text[64];
  std::snprintf(text, sizeof text, words, values...);
  return text;
}

// At most three digits and a unit. `step` is the ratio from one unit to the next.
std::string scaled(double value, double step, std::initializer_list<const char*> units) {
  auto unit = units.begin();
  while (value >= step * 0.9995 && unit + 1 != units.end()) {
    value /= step;
    ++unit;
  }
  return format(value < 9.95 ? "%.1f%s" : "%.0f%s", value, *unit);
}

}  // namespace

std::string human_count(std::uint64_t count) {
  if (count < 10'000) return std::to_string(count);
  const double thousands = static_cast<double>(count) / 1000;
  if (thousands < 99.95) return format("%.1fk", thousands);
  return scaled(thousands, 1000, {"k", "M", "G", "T", "P", "E"});
}

std::string human_duration(std::uint64_t ns) {
  if (ns == 0) return "-";
  if (ns < 1000) return std::to_string(ns) + "ns";
  return scaled(static_cast<double>(ns) / 1000, 1000, {"us", "ms", "s"});
}

std::string short_number(double value) { return format("%g", value); }

std::string human_rate(double per_second) {
  if (per_second <= 0) return "0";
  if (per_second < 0.05) return "<0.1";
  if (per_second < 9.95) return format("%.1f", per_second);
  if (per_second < 9999.5) return format("%.0f", per_second);
  return human_count(static_cast<std::uint64_t>(per_second + 0.5));
}

std::string human_age(std::int64_t seconds) {
  if (seconds < 0) seconds = 0;
  if (seconds < 120) return std::to_string(seconds) + "s";
  const auto minutes = static_cast<long long>(seconds / 60);
  if (minutes < 120) return std::to_string(minutes) + "min";
  if (minutes < 48 * 60) return format("%lldh%02lld", minutes / 60, minutes % 60);
  return std::to_string(minutes / (24 * 60)) + "d";
}

std::string human_time(std::int64_t unix_seconds) {
  const std::time_t seconds = unix_seconds;
  std::tm parts{};
  std::array<char, 32> text{};
  if (!localtime_r(&seconds, &parts) || !std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts))
    return "?";
  return text.data();
}

}  // namespace scsup

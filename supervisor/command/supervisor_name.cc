#include "supervisor/command/supervisor_name.h"

#include <charconv>

namespace scsup {

namespace {

constexpr std::string_view prefix = "scsup:";

}  // namespace

std::string supervisor_name(pid_t command) { return std::string(prefix) + std::to_string(command); }

std::optional<pid_t> command_named(std::string_view supervisor) {
  if (!supervisor.starts_with(prefix)) return std::nullopt;
  supervisor.remove_prefix(prefix.size());
  pid_t command = 0;
  const auto [end, error] = std::from_chars(supervisor.begin(), supervisor.end(), command);
  if (error != std::errc() || end != supervisor.end() || command <= 0) return std::nullopt;
  return command;
}

}  // namespace scsup

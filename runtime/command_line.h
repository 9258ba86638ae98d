// What an engine asks of its OCI runtime, as far as scsup-runtime has to know: does it start a container,
// from which bundle, and where are errors to go?
//
// runc and crun read command lines by different rules (Go's flags; argp(3), which takes abbreviations and
// clusters). What one of them would read another way is refused when a container is to start: else the
// profile could be put into one bundle and the container come from another.
#pragma once

#include <span>
#include <string>

#include "base/result.h"

namespace scsup::runtime {

struct CommandLine {
  enum class Verb { other, start, restore };  // `start`: create and run
  Verb verb = Verb::other;
  std::string bundle = ".";
  std::string config = "config.json";  // crun's --config; relative to the bundle
};

Result<CommandLine> read_command_line(std::span<const std::string> arguments);

struct LogPlace {
  std::string path;  // "": there is none
  bool json = false;
};

// The global options --log and --log-format; read even when the rest is a mistake.
LogPlace read_log_place(std::span<const std::string> arguments);

}  // namespace scsup::runtime

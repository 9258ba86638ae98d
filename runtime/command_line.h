// What an engine asks of its OCI runtime, as far as scsup-runtime needs to know: does it start a container, from
// which bundle, and where do errors go?
//
// runc and crun parse command lines by different rules (Go's flags; argp(3), which accepts abbreviations and
// clusters). If the two would read a command line differently, starting a container is refused: otherwise the profile
// could go into one bundle and the container come from another.
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

// The global options --log and --log-format; read even if the rest is wrong.
LogPlace read_log_place(std::span<const std::string> arguments);

}  // namespace scsup::runtime

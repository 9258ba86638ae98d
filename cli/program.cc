#include "cli/program.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

namespace scsup {
namespace {

int dispatch(const Program& program, Arguments arguments) {
  if (arguments.empty()) {
    std::fputs(program.usage, stderr);
    return own_failure;
  }
  if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    std::fputs(program.usage, stdout);
    return 0;
  }
  if (arguments[0] == "--version") {
    std::printf("%s %s\n", program.name, SCSUP_VERSION);
    return 0;
  }
  if (const auto command = program.commands.find(arguments[0]); command != program.commands.end()) {
    arguments.erase(arguments.begin());
    return command->second(arguments);
  }
  if (!program.otherwise) throw UsageError("there is no command '" + arguments[0] + "'; see --help");
  return program.otherwise(arguments);
}

}  // namespace

int run_program(const Program& program, int argc, char** argv) {
  try {
    const int status = dispatch(program, Arguments(argv + 1, argv + argc));
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
    complain("cannot write to standard output: " + std::string(std::strerror(errno)));
  } catch (const std::exception& error) {
    complain(error.what());
  }
  return own_failure;
}

}  // namespace scsup

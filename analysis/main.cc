// scsup-audit: picks the command. The only place where an exception is caught.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>

#include "analysis/command.h"

namespace {

using scsup::Arguments;

constexpr const char* usage =
    "Usage: scsup-audit COMMAND [OPTION...] [LOG...]\n"
    "\n"
    "What happened under scsup, from its audit log.\n"
    "\n"
    "  summary    how many calls, what was decided, how long it took; by call, path, program, rule...\n"
    "  show       calls, a line each, or whole\n"
    "\n"
    "LOG: a file, a directory of segments, - for standard input; zstd is read too. Without one: where scsup\n"
    "writes. Each command takes --help, --json, and options that choose calls.\n"
    "Exit status: 1 when a part of the log could not be read, 125 when all went wrong.\n";

int dispatch(Arguments arguments) {
  const std::map<std::string, int (*)(const Arguments&)> commands = {
      {"summary", scsup::analysis::command_summary}, {"show", scsup::analysis::command_show}};
  if (arguments.empty()) {
    std::fputs(usage, stderr);
    return scsup::own_failure;
  }
  if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    std::fputs(usage, stdout);
    return 0;
  }
  if (arguments[0] == "--version") {
    std::puts("scsup-audit " SCSUP_VERSION);
    return 0;
  }
  const auto command = commands.find(arguments[0]);
  if (command == commands.end())
    throw scsup::UsageError("there is no command '" + arguments[0] + "'; see --help");
  arguments.erase(arguments.begin());
  return command->second(arguments);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int status = dispatch(Arguments(argv + 1, argv + argc));
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
    scsup::complain("cannot write to standard output: " + std::string(std::strerror(errno)));
  } catch (const std::exception& error) {
    scsup::complain(error.what());
  }
  return scsup::own_failure;
}

// What is common to all programs with commands: --help, --version, exceptions, a full disk.
#pragma once

#include <map>
#include <string>

#include "cli/options.h"

namespace scsup {

using Command = int (*)(const Arguments&);

struct Program {
  const char* name;
  const char* usage;
  std::map<std::string, Command> commands;
  Command otherwise = nullptr;  // for a first word that is no command's name; nullptr: an error
};

// Does all of main()'s work. The only place where an exception is caught.
int run_program(const Program& program, int argc, char** argv);

}  // namespace scsup

#include "supervisor/command/process_state.h"

#include <cstdlib>
#include <fstream>
#include <string>

namespace scsup {

std::optional<ProcessState> process_state(pid_t pid) {
  std::string line;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/stat"), line, '\0');
  const std::size_t name_end = line.rfind(") ");  // the name may hold anything
  if (name_end == line.npos || name_end + 4 >= line.size()) return std::nullopt;
  return ProcessState{line[name_end + 2], std::atoi(line.c_str() + name_end + 4)};
}

}  // namespace scsup

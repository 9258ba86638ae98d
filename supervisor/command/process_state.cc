#include "supervisor/command/process_state.h"

#include <fstream>
#include <sstream>
#include <string>

namespace scsup {

std::optional<ProcessState> process_state(pid_t pid) {
  std::string line;
  std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/stat"), line, '\0');
  const std::size_t name_end = line.rfind(") ");  // the name may contain anything
  if (name_end == line.npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 2));
  ProcessState process{};
  fields >> process.state >> process.parent;
  std::string skipped;
  for (int field = 5; field < 22; ++field) fields >> skipped;
  if (!(fields >> process.start)) return std::nullopt;
  return process;
}

}  // namespace scsup

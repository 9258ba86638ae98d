// Running a case's program and reading what scsup recorded of it.
#pragma once

#include <string>
#include <vector>

namespace twin {

struct Ran {
  int status = 0;  // in the form of waitpid(2)
  bool in_time = true;
  std::string out, err;
};

// Waits at most 30 s; a program that takes longer is killed.
Ran run(const std::vector<std::string>& command, const std::string& directory);

struct Recorded {
  int performed = 0, continued = 0;
  int failed_on_the_way = 0;         // answered because the path doesn't resolve
  std::vector<std::string> refused;  // lines of calls with any other decision
};

// The mkdir and chmod calls of an audit log. Throws when a line isn't JSON.
Recorded read_audit(const std::string& path);

}  // namespace twin

// What the service manager says by variables (sd_notify(3), sd_listen_fds(3)).
#pragma once

#include <cstdlib>
#include <string>

namespace scsup {

// The variable's value, "" if it isn't set; it is for us and not for our children. Before there are threads.
inline std::string take_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string taken = value ? value : "";
  ::unsetenv(name);
  return taken;
}

}  // namespace scsup

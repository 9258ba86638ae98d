#include "supervisor/control/place.h"

#include <unistd.h>

#include <cstdlib>

namespace scsup::control {

std::optional<std::string> usual_socket() {
  if (geteuid() == 0) return "/run/scsup/control.sock";
  const char* own = std::getenv("XDG_RUNTIME_DIR");
  if (!own || !*own) return std::nullopt;
  return std::string(own) + "/scsup/control.sock";
}

}  // namespace scsup::control

#include <cerrno>

#include "supervisor/emulate/operations/acts.h"

namespace scsup {

Outcome make_directory(const Object& object, mode_t mode) {
  if (mkdirat(object.fd.get(), object.name.c_str(), mode) != 0) return {errno, 0};
  return {};
}

}  // namespace scsup

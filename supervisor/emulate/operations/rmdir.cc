#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "supervisor/emulate/operations/acts.h"

namespace scsup {

Outcome remove_directory(const Object& object, mode_t) {
  if (unlinkat(object.fd.get(), object.name.c_str(), AT_REMOVEDIR) != 0) return {errno, 0};
  return {};
}

}  // namespace scsup

// Implements each method: a message in, a reply out. Knows no sockets. Thread-safe as the Service is.
#pragma once

#include <string>
#include <string_view>

#include "supervisor/control/service.h"

namespace scsup::control {

struct Answer {
  std::string reply;     // with its NUL; empty: the caller wants none
  bool hang_up = false;  // the input was not a message, so the start of the next one isn't known
};

Answer answer(Service& service, std::string_view message);

}  // namespace scsup::control

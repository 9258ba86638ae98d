// What each method does: a message in, a reply out. Knows no sockets. Thread-safe as the Service is.
#pragma once

#include <string>
#include <string_view>

#include "supervisor/control/service.h"

namespace scsup::control {

struct Answer {
  std::string reply;     // with its NUL; empty: the caller wants none
  bool hang_up = false;  // what came was no message: where the next one begins can't be trusted
};

Answer answer(Service& service, std::string_view message);

}  // namespace scsup::control

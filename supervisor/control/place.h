// The default place of the control socket.
#pragma once

#include <optional>
#include <string>

namespace scsup::control {

// /run/scsup/control.sock for root, else $XDG_RUNTIME_DIR/scsup/control.sock; nothing if that isn't set.
std::optional<std::string> usual_socket();

}  // namespace scsup::control

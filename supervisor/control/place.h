// Where the control socket is when nobody says otherwise.
#pragma once

#include <optional>
#include <string>

namespace scsup::control {

// /run/scsup/control.sock for root, else $XDG_RUNTIME_DIR/scsup/control.sock; nothing: that isn't set.
std::optional<std::string> usual_socket();

}  // namespace scsup::control

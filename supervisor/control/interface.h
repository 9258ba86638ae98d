// The descriptions that varlink tools ask for (org.varlink.service).
#pragma once

namespace scsup::control {

extern const char* const varlink_description;  // of org.varlink.service
extern const char* const own_description;      // of io.scsup.control

}  // namespace scsup::control

// From registers to a Call in its family's *at form.
#pragma once

#include <optional>

#include "supervisor/seccomp/call.h"
#include "supervisor/seccomp/listener.h"

namespace scsup {

// Reads the target's memory if the call takes a path; Call::path_error says why that failed. The caller checks
// afterwards that the request is still valid. Nothing: the architecture isn't one of ours.
std::optional<Call> decode(const Request& request);

// The same without reading memory; for tests and for the fields that registers alone give.
std::optional<Call> decode_registers(const seccomp_data& data);

}  // namespace scsup

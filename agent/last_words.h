// How the agent ends when it doesn't exec: one sentence on stderr and an exit status.
#pragma once

#include <string_view>

namespace scsup::agent {

// Prints "scsup: SENTENCE", escaping bytes of unknown origin (base/printable.h), and ends the whole process, from
// whichever thread, without exit handlers: they belong to the program that called run().
[[noreturn]] void end(int status, std::string_view sentence);

}  // namespace scsup::agent

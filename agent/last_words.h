// How the agent ends when it doesn't exec: one sentence on stderr and an exit status.
#pragma once

#include <string>
#include <string_view>

namespace scsup::agent {

// `text` with control bytes and broken UTF-8 as \xNN: it may hold bytes that somebody else chose, and a
// terminal obeys escape sequences.
std::string printable(std::string_view text);

// Prints "scsup: SENTENCE" and ends the whole process, from whichever thread, without exit handlers: they
// belong to the program that run() was called in.
[[noreturn]] void end(int status, std::string_view sentence);

}  // namespace scsup::agent

// Makes bytes of unknown origin safe for a terminal or a log: they can neither drive the terminal nor begin a new
// line.
#pragma once

#include <string>
#include <string_view>

namespace scsup {

enum class Backslash { escaped, kept };

// Control characters (C0, DEL, the C1 ones U+0080 to U+009F), invalid UTF-8 and characters that change the direction
// of text become \ooo, as in ls -b. With Backslash::escaped the bytes can be recovered from the result; `kept` is for
// text that has been through this function already.
std::string printable(std::string_view bytes, Backslash backslash = Backslash::escaped);

}  // namespace scsup

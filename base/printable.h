// Bytes for a terminal or a log: whoever chose them can neither drive the terminal nor begin a line of their
// own.
#pragma once

#include <string>
#include <string_view>

namespace scsup {

enum class Backslash { escaped, kept };

// Control characters (C0, DEL, the C1 ones U+0080 to U+009F), what is no UTF-8 and what turns the direction
// of text become \ooo, as ls -b shows them. With Backslash::escaped the bytes can be told from the result;
// `kept` is for text that has been through here already.
std::string printable(std::string_view bytes, Backslash backslash = Backslash::escaped);

}  // namespace scsup

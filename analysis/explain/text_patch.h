// The difference of two texts as a unified diff, for patch(1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scsup::analysis {

// One hunk from the first line that differs to the last, with three lines around it; none if the texts are equal. A
// '/' at the start of `file` is left out, since patch(1) refuses such names: `patch -d / -p0` then finds the file.
// The lines are as in the texts, without their '\n'.
std::vector<std::string> unified_diff(std::string_view before, std::string_view after,
                                      const std::string& file);

// A line of a diff for a terminal or a pipe: keeps tabs, and a '\r' at the end, but nothing that could drive a
// terminal.
std::string printable_line(std::string_view line);

}  // namespace scsup::analysis

// The difference of two texts as a unified diff, as patch(1) takes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scsup::analysis {

// One hunk that reaches from the first line that differs to the last, with three lines around it; none when
// the texts are the same. A '/' at the start of `file` is left out, since patch(1) refuses such names:
// `patch -d / -p0` then finds it. The lines are as they stand in the texts, without their '\n'.
std::vector<std::string> unified_diff(std::string_view before, std::string_view after,
                                      const std::string& file);

// A line of a diff for a terminal or a pipe: tabs, and a '\r' at the end, are kept, what could drive a
// terminal isn't.
std::string printable_line(std::string_view line);

}  // namespace scsup::analysis

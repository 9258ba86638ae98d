// Properties of standard output.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace scsup {

// Prints each line on standard output.
void print_lines(const std::vector<std::string>& lines);
// The width of standard output if it is a terminal; else no limit (Table::unlimited).
std::size_t output_width();

// Whether characters beyond ASCII can be shown: the user's locale is a UTF-8 one.
bool has_utf8();

// Whether output may have colours: a terminal, and $NO_COLOR isn't set (https://no-color.org).
bool has_colours();

}  // namespace scsup

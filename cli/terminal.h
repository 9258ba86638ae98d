// What standard output is.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace scsup {

// Each line on standard output.
void print_lines(const std::vector<std::string>& lines);
// Of standard output if it is a terminal; else no limit (Table::unlimited).
std::size_t output_width();

// Characters beyond ASCII are shown as what they are: the user's locale is one of UTF-8.
bool has_utf8();

// May be written in colours: a terminal, and $NO_COLOR isn't set (https://no-color.org).
bool has_colours();

}  // namespace scsup

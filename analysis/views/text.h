// A record in readable form. What targets chose in it is made printable.
#pragma once

#include <string>

#include "analysis/read/record.h"

namespace scsup::analysis {

enum class Colours : bool { off, on };

// One line: "12 10:50:03.047 mkdir[5291] deny mkdir(/tmp/x, 0777) = EPERM, no-mkdir at p.json:6:7"
std::string line_of(const Record& record, Colours colours);

// As JSON on one line: as it was written, unless it contains bytes that could drive a terminal; those are escaped.
std::string json_line_of(const Record& record);

// All of it, a member on each line: the line as JSON, indented.
std::string whole(const Record& record);

}  // namespace scsup::analysis

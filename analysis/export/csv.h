// Calls as comma-separated values: RFC 4180, lines end in CR LF.
//
// What a target chose must be text to a spreadsheet: a cell of text that begins with = + - @ gets a ' before
// it (OWASP, CSV Injection). Control characters and the like are \ooo, as everywhere a terminal may be.
#pragma once

#include <string>

#include "analysis/export/columns.h"

namespace scsup::analysis {

std::string csv_header();
std::string csv_row(const Record& call);
// One cell of text, quoted if it has to be.
std::string csv_text(std::string_view text);

}  // namespace scsup::analysis

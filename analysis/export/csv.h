// Calls as comma-separated values: RFC 4180, lines end in CR LF.
//
// What a target chose must be text for a spreadsheet: a text cell that begins with = + - @ gets a ' before it (OWASP,
// CSV Injection). Control characters and the like become \ooo, as wherever a terminal may show them.
#pragma once

#include <string>

#include "analysis/export/columns.h"

namespace scsup::analysis {

std::string csv_header();
std::string csv_row(const Record& call);
// One cell of text, quoted if necessary.
std::string csv_text(std::string_view text);

}  // namespace scsup::analysis

// From the text of a policy file, or of a file that contains a policy (enclosed.h), to a Document. Pure: the text
// comes from the caller.
//
// Every mistake becomes one Diagnostic with line and column. Parsing goes on after a mistake that leaves the
// structure readable, so that one run reports them all, in file order. A Document is usable only if no diagnostic is
// an error. Messages are ours, never a JSON library's.
#pragma once

#include <string_view>

#include "supervisor/policy/document/document.h"
#include "supervisor/policy/text/diagnostic.h"
#include "supervisor/policy/text/limits.h"

namespace scsup {

struct Parsed {
  Document document;
  Diagnostics diagnostics;
};

Parsed parse(std::string_view text);

}  // namespace scsup

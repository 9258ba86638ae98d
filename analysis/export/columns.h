// A call as a row of a table, for spreadsheets and databases.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "analysis/read/record.h"

namespace scsup::analysis {

// Nothing, a number, or text; the text is valid as long as the record.
using Cell = std::variant<std::monostate, std::int64_t, std::string_view, std::string>;

struct CallColumn {
  const char* name;
  bool is_number;
  Cell (*of)(const Record& call);
};

// In the order of output.
std::span<const CallColumn> call_columns();

}  // namespace scsup::analysis

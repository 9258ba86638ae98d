#include "analysis/export/csv.h"

#include "base/printable.h"

namespace scsup::analysis {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace

std::string csv_text(std::string_view text) {
  std::string cell = printable(text);
  // printable() leaves no tab and no CR, which some spreadsheets skip before they check the first character.
  if (!cell.empty() && std::string_view("=+-@").find(cell[0]) != std::string_view::npos) cell.insert(0, "'");
  if (cell.find_first_of("\",\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_header() {
  std::string line;
  for (const CallColumn& column : call_columns())
    line += (line.empty() ? "" : ",") + std::string(column.name);
  return line + "\r\n";
}

std::string csv_row(const Record& call) {
  std::string line;
  bool first = true;
  for (const CallColumn& column : call_columns()) {
    if (!first) line += ',';
    first = false;
    line += std::visit(Overloaded{[](std::monostate) { return std::string(); },
                                  [](std::int64_t value) { return std::to_string(value); },
                                  [](std::string_view text) { return csv_text(text); },
                                  [](const std::string& text) { return csv_text(text); }},
                       column.of(call));
  }
  return line + "\r\n";
}

}  // namespace scsup::analysis

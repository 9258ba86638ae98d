// Text in aligned columns. Cells hold the output of printable(). A column that may shrink is cut to fit the width and
// then ends in '+', as in top(1).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace scsup {

struct Column {
  const char* title;
  enum class Align { left, right } align = Align::right;
  enum class Width { fixed, shrinks } width = Width::fixed;
};

class Table {
 public:
  static constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // The titles, then each row; no spaces at the end of a line.
  std::vector<std::string> lines(std::size_t width = unlimited) const;

 private:
  std::vector<std::size_t> widths(std::size_t width) const;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// How many columns of a terminal the text takes.
std::size_t columns_of(const std::string& text);
// The text, or as much of it as fits with a '+' at its end.
std::string cut(const std::string& text, std::size_t width);

}  // namespace scsup

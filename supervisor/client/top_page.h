// The page of `scsup top`, line by line. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "supervisor/client/rates.h"

namespace scsup {

enum class Style { plain, monochrome, colored };  // plain: no escape sequences at all

struct View {
  SortBy sort = SortBy::calls;
  bool reversed = false;
  double delay = 1;        // seconds
  std::size_t scroll = 0;  // sessions above the first one shown
  bool help = false;
  std::string message;  // on the third line: a prompt, an error
  Style style = Style::colored;
};

inline constexpr std::size_t unlimited_rows = static_cast<std::size_t>(-1);

// At most `rows` lines of at most `columns` columns, not counting escape sequences. Corrects `view.scroll`.
std::vector<std::string> top_page(const Rates& rates, View& view, const std::string& time, std::size_t rows,
                                  std::size_t columns);

}  // namespace scsup

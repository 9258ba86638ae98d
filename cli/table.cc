#include "cli/table.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>

#include "base/printable.h"

namespace scsup {

namespace {

constexpr std::size_t narrowest = 6;  // width of a column that shrinks

// What printable() passes is UTF-8 whatever the user's locale is.
locale_t utf8() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

// Calls `take(bytes, columns)` for each character, until that returns false.
template <class Take>
void each_character(const std::string& text, Take take) {
  const locale_t before = utf8() ? uselocale(utf8()) : nullptr;
  mbstate_t state{};
  for (std::size_t at = 0; at < text.size();) {
    wchar_t character = 0;
    std::size_t bytes = mbrtowc(&character, text.data() + at, text.size() - at, &state);
    if (bytes == 0 || bytes > text.size()) {
      bytes = 1;
      state = {};
    }
    const int columns = bytes == 1 ? 1 : wcwidth(character);
    if (!take(bytes, static_cast<std::size_t>(std::max(columns, 0)))) break;
    at += bytes;
  }
  if (before) uselocale(before);
}

}  // namespace

std::size_t columns_of(const std::string& text) {
  std::size_t sum = 0;
  each_character(text, [&](std::size_t, std::size_t columns) {
    sum += columns;
    return true;
  });
  return sum;
}

std::string cut(const std::string& text, std::size_t width) {
  if (columns_of(text) <= width) return text;
  if (width == 0) return "";
  std::size_t kept = 0, used = 0;
  each_character(text, [&](std::size_t bytes, std::size_t columns) {
    if (used + columns > width - 1) return false;
    kept += bytes;
    used += columns;
    return true;
  });
  return text.substr(0, kept) + "+";
}

std::vector<std::size_t> Table::widths(std::size_t width) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t widest = columns_of(columns_[i].title);
    for (const auto& row : rows_)
      if (i < row.size()) widest = std::max(widest, columns_of(row[i]));
    widths.push_back(widest);
  }
  if (width == unlimited) return widths;
  const auto whole = [&] {
    std::size_t sum = widths.size() - 1;
    for (const std::size_t one : widths) sum += one;
    return sum;
  };
  while (whole() > width) {  // the widest shrinks first
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (columns_[i].width == Column::Width::shrinks && widths[i] > narrowest &&
          (!widest || widths[i] > *widest))
        widest = &widths[i];
    if (!widest) break;
    --*widest;
  }
  return widths;
}

std::vector<std::string> Table::lines(std::size_t width) const {
  const std::vector<std::size_t> wide = widths(width);
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 0; i < columns_.size() && i < cells.size(); ++i) {
      const std::string cell = cut(cells[i], wide[i]);
      const std::string space(wide[i] - std::min(columns_of(cell), wide[i]), ' ');
      if (i > 0) out += ' ';
      out += columns_[i].align == Column::Align::left ? cell + space : space + cell;
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return width == unlimited ? out : cut(out, width);
  };
  std::vector<std::string> out, titles;
  for (const Column& column : columns_) titles.emplace_back(column.title);
  out.push_back(line(titles));
  for (const auto& row : rows_) out.push_back(line(row));
  return out;
}

}  // namespace scsup

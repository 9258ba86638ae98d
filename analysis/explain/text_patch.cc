#include "analysis/explain/text_patch.h"

#include <algorithm>

#include "base/printable.h"

namespace scsup::analysis {
namespace {

constexpr std::size_t around = 3;  // lines
constexpr const char* no_end = "\\ No newline at end of file";

struct TextLines {
  explicit TextLines(std::string_view text) : ends(text.empty() || text.ends_with('\n')) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      all.push_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  // If a text's last line doesn't end with '\n', it differs from the same line with one.
  bool same(std::size_t i, const TextLines& other, std::size_t k) const {
    return all[i] == other.all[k] && ends_at(i) == other.ends_at(k);
  }
  bool ends_at(std::size_t i) const { return ends || i + 1 < all.size(); }

  std::vector<std::string_view> all;
  bool ends;
};

std::string range(std::size_t first, std::size_t count) {
  return std::to_string(count == 0 ? first : first + 1) + "," + std::to_string(count);
}

}  // namespace

std::vector<std::string> unified_diff(std::string_view before, std::string_view after,
                                      const std::string& file) {
  const TextLines a(before), b(after);
  const std::size_t shorter = std::min(a.all.size(), b.all.size());
  std::size_t head = 0, tail = 0;
  while (head < shorter && a.same(head, b, head)) ++head;
  while (tail < shorter - head && a.same(a.all.size() - 1 - tail, b, b.all.size() - 1 - tail)) ++tail;
  if (head == a.all.size() && head == b.all.size()) return {};

  const std::size_t first = head - std::min(head, around), last = std::min(tail, around);
  const std::size_t a_end = a.all.size() - tail, b_end = b.all.size() - tail;
  const std::string name = file.substr(std::min(file.find_first_not_of('/'), file.size()));
  std::vector<std::string> diff = {
      "--- " + name, "+++ " + name,
      "@@ -" + range(first, a_end + last - first) + " +" + range(first, b_end + last - first) + " @@"};
  const auto add = [&](char sign, const TextLines& from, std::size_t i) {
    diff.push_back(sign + std::string(from.all[i]));
    if (!from.ends_at(i)) diff.emplace_back(no_end);
  };
  for (std::size_t i = first; i < head; ++i) add(' ', a, i);
  for (std::size_t i = head; i < a_end; ++i) add('-', a, i);
  for (std::size_t i = head; i < b_end; ++i) add('+', b, i);
  for (std::size_t i = a_end; i < a_end + last; ++i) add(' ', a, i);
  return diff;
}

std::string printable_line(std::string_view line) {
  const bool cr = line.ends_with('\r');
  if (cr) line.remove_suffix(1);
  std::string shown;
  for (std::size_t tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
    shown += printable(line.substr(0, tab), Backslash::kept) + '\t';
    line.remove_prefix(tab + 1);
  }
  return shown + printable(line, Backslash::kept) + (cr ? "\r" : "");
}

}  // namespace scsup::analysis

#include "supervisor/policy/text/suggest.h"

#include <algorithm>
#include <vector>

namespace scsup {
namespace {

constexpr std::size_t longest = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Insertions, deletions, replacements and swaps of neighbours; `limit` + 1 when there are more than `limit`.
std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
  std::size_t apart = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (apart > limit) return limit + 1;
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      char x = lower(a[i - 1]), y = lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (x == y ? 0 : 1)});
      if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

bool ends_with_word(std::string_view candidate, std::string_view word) {
  if (word.empty() || candidate.size() <= word.size()) return false;
  std::size_t start = candidate.size() - word.size();
  return candidate[start - 1] == '_' && std::equal(word.begin(), word.end(), candidate.begin() + start,
                                                   [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string_view closest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > longest) return {};
  std::size_t best = std::clamp<std::size_t>(word.size() / 3, 1, 3) + 1;
  std::string_view found;
  for (std::string_view candidate : candidates) {
    if (std::size_t d = distance(word, candidate, best - 1); d < best) {
      best = d;
      found = candidate;
    }
    if (best == 0) break;
  }
  if (!found.empty()) return found;
  for (std::string_view candidate : candidates)
    if (ends_with_word(candidate, word)) return candidate;
  return {};
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view found = closest(word, candidates);
  return found.empty() ? "" : "; did you mean '" + std::string(found) + "'?";
}

}  // namespace scsup

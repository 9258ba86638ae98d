#include "supervisor/policy/text/diagnostic.h"

#include <algorithm>

namespace scsup {

bool has_errors(const Diagnostics& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; });
}

std::string render(const std::string& file, Place place) {
  if (place.line == 0) return file;
  return file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

std::string render(const std::string& file, const Diagnostic& diagnostic) {
  const auto severity = [&] {
    switch (diagnostic.severity) {
      case Diagnostic::Severity::error:
        return ": error: ";
      case Diagnostic::Severity::warning:
        return ": warning: ";
      case Diagnostic::Severity::note:
        return ": note: ";
    }
    return ": ";
  };
  return render(file, diagnostic.place) + severity() + diagnostic.message;
}

std::string first_error(const std::string& file, const Diagnostics& diagnostics) {
  for (const Diagnostic& one : diagnostics)
    if (one.severity == Diagnostic::Severity::error) return render(file, one);
  return file;
}

std::string in_quotes(std::string_view word) {
  constexpr std::size_t longest = 80;
  constexpr char hex[] = "0123456789abcdef";
  bool cut = word.size() > longest;
  if (cut) {
    word = word.substr(0, longest);
    // Not in the middle of a UTF-8 sequence.
    while (!word.empty() && (static_cast<unsigned char>(word.back()) & 0xc0) == 0x80) word.remove_suffix(1);
    if (!word.empty() && static_cast<unsigned char>(word.back()) >= 0xc0) word.remove_suffix(1);
  }
  std::string result = "'";
  for (char c : word) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      result += "\\x";
      result += hex[byte >> 4];
      result += hex[byte & 15];
    } else {
      result += c;
    }
  }
  return result + (cut ? "...'" : "'");
}

}  // namespace scsup

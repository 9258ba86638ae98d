// A remark about a policy file, with its place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scsup {

struct Place {
  std::uint32_t line = 0;    // from 1; 0: no place in the file
  std::uint32_t column = 0;  // from 1, in bytes

  friend auto operator<=>(const Place&, const Place&) = default;
};

struct Diagnostic {
  enum class Severity : std::uint8_t { error, warning, note };
  Severity severity = Severity::error;
  Place place;
  std::string message;  // "unknown syscall 'mkdirr'; did you mean 'mkdir'?"
};

using Diagnostics = std::vector<Diagnostic>;

bool has_errors(const Diagnostics& diagnostics);
// "p.json:6:7"; "p.json" when there is no place
std::string render(const std::string& file, Place place);
// "p.json:6:7: error: unknown syscall ..."
std::string render(const std::string& file, const Diagnostic& diagnostic);
// The same for the first error; `file` alone if there is none.
std::string first_error(const std::string& file, const Diagnostics& diagnostics);

// A word from a policy file for use in a message: 'mkdir', without control characters, cut if it is long.
std::string in_quotes(std::string_view word);

}  // namespace scsup

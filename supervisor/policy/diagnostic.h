// A remark about a policy file, with its place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace scsup {

struct Place {
  std::uint32_t line = 0;  // from 1; 0: no place in the file
  std::uint32_t column = 0;  // from 1, in bytes
};

struct Diagnostic {
  enum class Severity : std::uint8_t { error, warning };
  Severity severity = Severity::error;
  Place place;
  std::string message;  // "unknown syscall 'mkdirr'; did you mean 'mkdir'?"
};

using Diagnostics = std::vector<Diagnostic>;

bool has_errors(const Diagnostics& diagnostics);
// "p.json:6:7"
std::string render(const std::string& file, Place place);
// "p.json:6:7: error: unknown syscall ..."
std::string render(const std::string& file, const Diagnostic& diagnostic);

}  // namespace scsup

// Writes a file for its owner alone, which appears as a whole.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace scsup::analysis {

enum class Existing : bool { kept, replaced };

// With mode 0600. An existing file or link is an error, or is replaced by the new file and never written through.
Result<void> write_new_file(const std::string& path, std::string_view text, Existing existing);

}  // namespace scsup::analysis

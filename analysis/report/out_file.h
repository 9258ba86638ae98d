// A file that is made for its owner alone, and appears whole.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace scsup::analysis {

enum class Existing : bool { kept, replaced };

// With 0600. What is there already, a link too, is an error, or is replaced by the new file and not written
// through.
Result<void> write_new_file(const std::string& path, std::string_view text, Existing existing);

}  // namespace scsup::analysis

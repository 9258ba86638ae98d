// Finds a value in a policy's text, to be shown or changed there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/policy/text/diagnostic.h"

namespace scsup::analysis {

struct Extent {
  std::size_t begin = 0, end = 0;  // bytes; end: after the last one
};

// The value, or the key, that begins at `place`. Nothing if the text has no such place.
std::optional<Extent> extent_at(std::string_view text, scsup::Place place);

// The place at the end of `at`: "p.json:6:7". Nothing if there is none.
std::optional<scsup::Place> place_in(std::string_view at);

// The value's lines as written, numbered; of a long line only as much as fits around the value. At most `most` lines.
std::vector<std::string> quoted(std::string_view text, scsup::Place place, std::size_t most = 24);

}  // namespace scsup::analysis

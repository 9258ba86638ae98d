// The lines of a source one after the other, for one thread. scan.h has records, and threads.
#pragma once

#include <string_view>

#include "analysis/read/scan.h"
#include "analysis/read/source.h"

namespace scsup::analysis {

class Lines {
 public:
  explicit Lines(Source& source) : source_(&source) {}

  struct Line {
    std::string_view text;  // without its '\n'; valid until the next one is read
    bool ended = false;     // it had one
    Place place;
  };
  // False when there are no more. An Error: the source could not be read to its end.
  Result<bool> next(Line& line);

 private:
  Result<bool> next_block();

  Source* source_;
  Piece piece_;
  bool in_piece_ = false;
  std::string_view left_;        // of the block in hand
  Place place_{SIZE_MAX, 0, 0};  // of what is left
};

}  // namespace scsup::analysis

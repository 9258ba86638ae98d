#include "analysis/read/lines.h"

namespace scsup::analysis {

Result<bool> Lines::next_block() {
  for (Block block;;) {
    if (!in_piece_) {
      const auto more = source_->next(piece_);
      if (!more || !*more) return more;
      in_piece_ = true;
      if (place_.file != piece_.file) place_ = {piece_.file, 1, 0};
    }
    const auto more = piece_.next(block);
    if (!more) return more;
    in_piece_ = *more;
    if (!in_piece_) continue;
    left_ = block.text;
    place_.offset = block.offset;
    return true;
  }
}

Result<bool> Lines::next(Line& line) {
  while (left_.empty())
    if (const auto more = next_block(); !more || !*more) return more;
  const std::size_t end = left_.find('\n');
  line = {left_.substr(0, end), end != std::string_view::npos, place_};
  const std::size_t size = line.text.size() + line.ended;
  left_.remove_prefix(size);
  ++place_.line;
  place_.offset += size;
  return true;
}

}  // namespace scsup::analysis

// A block fits in a core's second-level cache, where it stays between the kernel's copy and our look at it; each
// thread reads its own, so none waits for another. A mapped file would save the copy, but a page fault costs as much,
// and a file that is truncated while it is mapped kills its reader (SIGBUS).
#include <algorithm>
#include <cstring>

#include "analysis/read/input.h"
#include "analysis/read/line_reader.h"
#include "analysis/read/source.h"

namespace scsup::analysis {
namespace {

constexpr std::size_t block_size = 256u << 10;
constexpr std::size_t a_line = 4096;  // the usual rest of a line that extends beyond the range

}  // namespace

void Piece::make_room(std::size_t size) {
  if (memory_.size() < size + LineReader::padding) memory_.resize(size + LineReader::padding);
}

Result<bool> Piece::next(Block& block) {
  if (input_) return next_of_range(block);
  if (!waits_) return false;
  waits_ = false;
  block = read_;
  return !block.text.empty();
}

// Lines that begin before end_ are ours, to their ends.
Result<bool> Piece::next_of_range(Block& block) {
  std::size_t more = block_size;
  while (input_) {
    make_room(left_ + more);
    char* const memory = memory_.data();
    if (kept_ != 0) std::memmove(memory, memory + kept_, left_);
    kept_ = 0;
    const std::uint64_t due = at_ < end_ ? end_ - at_ : 0;
    const std::size_t wanted = std::min<std::uint64_t>(more, std::max<std::uint64_t>({due, a_line, left_}));
    const auto got = input_->read_at(memory + left_, wanted, at_);
    if (!got) return failed(got.error());
    const std::size_t have = left_ + *got;
    std::memset(memory + have, 0, LineReader::padding);
    const std::uint64_t offset = at_ - left_;  // of memory in the file
    at_ += *got;
    const bool ended = *got == 0;
    const std::string_view text(memory, have);

    std::size_t begin = 0;
    if (begins_inside_) {
      const std::size_t line_end = text.find('\n');
      begins_inside_ = line_end == std::string_view::npos;
      begin = begins_inside_ ? have : line_end + 1;
    }
    if (ended || offset + begin >= end_) input_.reset();  // the last
    if (offset + begin >= end_) return false;
    const std::size_t last = text.find('\n', std::max<std::uint64_t>(end_ - 1, offset) - offset);
    std::size_t end = 0;
    if (at_ >= end_ && last != std::string_view::npos) {
      end = last + 1;
      input_.reset();
    } else {
      const std::size_t line_end = text.rfind('\n');
      end = line_end == std::string_view::npos ? 0 : line_end + 1;
    }
    if (ended) end = have;
    if (end <= begin && have - begin >= longest_line) {
      end = have;
      begins_inside_ = true;  // the following bytes, to the line's end, are not a line
    }
    end = std::max(begin, end);
    kept_ = end;
    left_ = have - end;
    block = {offset + begin, text.substr(begin, end - begin)};
    if (!block.text.empty()) return true;
    more = std::max(block_size, left_);  // a long line: read twice as much
  }
  return false;
}

}  // namespace scsup::analysis

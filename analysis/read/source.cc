#include "analysis/read/source.h"

#include <sys/stat.h>

#include <cstring>

#include "analysis/read/input.h"
#include "analysis/read/line_reader.h"
#include "analysis/read/log_files.h"

namespace scsup::analysis {
namespace {

constexpr std::size_t stream_block_size = 4u << 20;
// The range of one thread's turn. Large compared with the cost of handing it out.
constexpr std::uint64_t range_size = 8u << 20;

}  // namespace

Source::Source() = default;
Source::Source(Source&&) noexcept = default;
Source::~Source() = default;

Result<Source> Source::open(const std::vector<std::string>& names) {
  Source source;
  for (const std::string& name : names.empty() ? std::vector<std::string>{usual_log()} : names) {
    auto files = log_files(name);
    if (!files) return failed(files.error());
    for (LogFile& file : *files) {
      source.files_.push_back(std::move(file.name));
      source.open_.push_back(std::move(file.open));
    }
  }
  for (const std::string& file : source.files_) {
    struct stat status;
    const bool plain =
        file != "-" && stat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && !file.ends_with(".zst");
    if (!plain) {
      source.total_ = 0;
      break;
    }
    source.total_ += static_cast<std::uint64_t>(status.st_size);
  }
  return source;
}

Result<bool> Source::begin() {
  if (input_) return true;
  if (at_ == files_.size()) return false;
  auto opened = open_[at_] ? Input::open(std::move(open_[at_]), files_[at_]) : Input::open(files_[at_]);
  if (!opened) return failed(opened.error());
  input_ = std::move(*opened);
  left_.clear();
  offset_ = 0;
  ended_ = false;
  return true;
}

void Source::end_file() {
  input_.reset();
  ++at_;
}

Result<bool> Source::next(Piece& piece) {
  const auto more = begin();
  if (!more || !*more) return more;
  piece.waits_ = false;
  piece.left_ = piece.kept_ = 0;
  piece.input_.reset();
  const auto size = input_->size();
  if (!size) return next_of_stream(piece);
  piece.file = at_;
  piece.number = number_++;
  piece.input_ = input_;
  piece.begins_inside_ = offset_ != 0;
  piece.at_ = offset_ == 0 ? 0 : offset_ - 1;  // is the byte before a line's end?
  offset_ += range_size;
  piece.end_ = offset_;
  if (offset_ >= *size) {
    piece.end_ = UINT64_MAX;  // it may have grown
    end_file();
  }
  return true;
}

// Reads until the block is full, then cuts after the last line end: the rest begins the next block.
Result<bool> Source::next_of_stream(Piece& piece) {
  for (;;) {
    const std::size_t size = left_.size() + stream_block_size;
    piece.make_room(size);
    char* const memory = piece.memory_.data();
    std::memcpy(memory, left_.data(), left_.size());
    std::size_t have = left_.size();
    while (have < size && !ended_) {
      const auto got = input_->read(memory + have, size - have);
      if (!got) return failed(got.error());
      have += *got;
      ended_ = *got == 0;
    }
    std::memset(memory + have, 0, LineReader::padding);
    const std::size_t last = std::string_view(memory, have).rfind('\n');
    std::size_t end = last == std::string_view::npos ? 0 : last + 1;
    if (ended_ || (end == 0 && have >= longest_line)) end = have;
    left_.assign(memory + end, have - end);
    piece.file = at_;
    piece.number = number_++;
    piece.read_ = {offset_, std::string_view(memory, end)};
    piece.waits_ = true;
    offset_ += end;
    if (ended_) end_file();
    if (end != 0 || !input_) return true;  // else: a line that is longer than a block
  }
}

}  // namespace scsup::analysis

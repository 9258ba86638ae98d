#include "analysis/views/growing_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "analysis/read/line_reader.h"
#include "analysis/read/lines.h"
#include "analysis/read/log_files.h"
#include "analysis/read/source.h"

namespace scsup::analysis {
namespace {

constexpr std::size_t step = 1u << 20;  // bytes

Result<void> read_whole(const std::string& file, const GrowingFile::Take& take) {
  auto source = Source::open({file});
  if (!source) return failed(source.error());
  Lines lines(*source);
  for (Lines::Line line;;) {
    const auto more = lines.next(line);
    if (!more) return failed(more.error());
    if (!*more) return {};
    take(line.text);
  }
}

}  // namespace

Result<GrowingFile> GrowingFile::open(const std::string& path) {
  GrowingFile file;
  file.path_ = path;
  // O_NONBLOCK: a FIFO without a writer.
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return failed("cannot open '" + path + "'");
  if (auto done = file.become(std::move(fd)); !done) return failed(done.error());
  return file;
}

Result<void> GrowingFile::become(Fd fd) {
  struct stat status;
  if (fstat(fd.get(), &status) != 0) return failed("cannot look at '" + path_ + "'");
  if (!S_ISREG(status.st_mode))
    return failed(EINVAL, "cannot follow '" + path_ + "', which is no plain file");
  fd_ = std::move(fd);
  device_ = status.st_dev;
  inode_ = status.st_ino;
  offset_ = 0;
  have_ = 0;
  return {};
}

std::uint64_t GrowingFile::size() const {
  struct stat status;
  return fstat(fd_.get(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

Result<void> GrowingFile::start_at(std::uint64_t offset) {
  have_ = 0;
  offset_ = offset;
  if (offset == 0) return {};
  // A line begins here only after a line end.
  std::vector<char> some(step);
  for (--offset_;;) {
    const ssize_t got = pread(fd_.get(), some.data(), some.size(), static_cast<off_t>(offset_));
    if (got < 0) return failed("cannot read '" + path_ + "'");
    const auto* const end =
        static_cast<const char*>(std::memchr(some.data(), '\n', static_cast<std::size_t>(got)));
    offset_ += end ? static_cast<std::uint64_t>(end - some.data()) + 1 : static_cast<std::uint64_t>(got);
    if (end || got == 0) return {};
  }
}

Result<void> GrowingFile::read(const Take& take) {
  for (;;) {
    if (memory_.size() < have_ + step + LineReader::padding)
      memory_.resize(have_ + step + LineReader::padding);
    const ssize_t got = pread(fd_.get(), memory_.data() + have_, step, static_cast<off_t>(offset_));
    if (got < 0) return failed("cannot read '" + path_ + "'");
    if (got == 0) return {};
    offset_ += static_cast<std::uint64_t>(got);
    const std::size_t looked_at = have_;
    have_ += static_cast<std::size_t>(got);
    std::size_t begin = 0;
    for (std::size_t from = looked_at;;) {
      const auto* const end =
          static_cast<const char*>(std::memchr(memory_.data() + from, '\n', have_ - from));
      if (!end) break;
      const auto at = static_cast<std::size_t>(end - memory_.data());
      take({memory_.data() + begin, at - begin});
      begin = from = at + 1;
    }
    if (begin == 0 && have_ >= longest_line) {  // a piece that is not JSON
      take({memory_.data(), have_});
      begin = have_;
    }
    std::memmove(memory_.data(), memory_.data() + begin, have_ - begin);
    have_ -= begin;
  }
}

std::vector<std::string> GrowingFile::missed(std::int64_t last_seq, const Fd& next) const {
  struct stat now;
  if (last_seq < 0 || fstat(next.get(), &now) != 0) return {};
  std::vector<std::string> names;
  for (ClosedSegment& segment : closed_segments(path_)) {
    struct stat status;
    const bool is_known =
        stat(segment.path.c_str(), &status) == 0 && (status.st_ino == now.st_ino || status.st_ino == inode_);
    if (segment.first_seq > last_seq && !is_known) names.push_back(std::move(segment.path));
  }
  return names;
}

Result<GrowingFile::Change> GrowingFile::look(std::int64_t last_seq, const Take& take) {
  if (size() < offset_) {
    offset_ = 0;
    have_ = 0;
    return Change::truncated;
  }
  struct stat status;
  // Renamed, and the new one isn't there yet.
  if (stat(path_.c_str(), &status) != 0) return Change::none;
  if (status.st_ino == inode_ && status.st_dev == device_) return Change::none;
  Fd next(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!next) return Change::none;
  // Nothing more is written to the old file: read it to its end.
  if (auto done = read(take); !done) return failed(done.error());
  if (have_ != 0) take({memory_.data(), have_});
  for (const std::string& segment : missed(last_seq, next)) {
    if (auto done = read_whole(segment, take); !done) return failed(done.error());
  }
  if (auto done = become(std::move(next)); !done) return failed(done.error());
  return Change::replaced;
}

}  // namespace scsup::analysis

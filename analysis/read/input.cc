#include "analysis/read/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace scsup::analysis {
namespace {

constexpr unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd};  // RFC 8878, 3.1.1

class File {
 public:
  File(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  Result<std::size_t> read(char* to, std::size_t size) {
    for (;;) {
      const ssize_t got = ::read(fd_.get(), to, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return failed("cannot read '" + name_ + "'");
    }
  }
  Result<std::size_t> read_at(char* to, std::size_t size, std::uint64_t offset) const {
    for (;;) {
      const ssize_t got = pread(fd_.get(), to, size, static_cast<off_t>(offset));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return failed("cannot read '" + name_ + "'");
    }
  }
  const std::string& name() const { return name_; }

 private:
  Fd fd_;
  std::string name_;
};

// What was read to check the magic number comes first.
class Plain : public Input {
 public:
  Plain(File file, std::string head, std::optional<std::uint64_t> size)
      : file_(std::move(file)), head_(std::move(head)), size_(size) {}
  Result<std::size_t> read(char* to, std::size_t size) override {
    if (head_.empty()) return file_.read(to, size);
    const std::size_t some = std::min(size, head_.size());
    std::memcpy(to, head_.data(), some);
    head_.erase(0, some);
    return some;
  }
  std::optional<std::uint64_t> size() const override { return size_; }
  Result<std::size_t> read_at(char* to, std::size_t size, std::uint64_t offset) const override {
    return file_.read_at(to, size, offset);
  }

 private:
  File file_;
  std::string head_;
  std::optional<std::uint64_t> size_;
};

class Compressed : public Input {
 public:
  Compressed(File file, const std::string& head)
      : file_(std::move(file)), context_(ZSTD_createDCtx(), &ZSTD_freeDCtx), buffer_(ZSTD_DStreamInSize()) {
    std::memcpy(buffer_.data(), head.data(), head.size());
    in_ = {buffer_.data(), head.size(), 0};
  }

  Result<std::size_t> read(char* to, std::size_t size) override {
    ZSTD_outBuffer out{to, size, 0};
    while (out.pos == 0) {
      if (in_.pos == in_.size) {
        const auto got = file_.read(buffer_.data(), buffer_.size());
        if (!got) return failed(got.error());
        if (*got == 0) {
          if (!frame_ended_)
            return failed(0, "'" + file_.name() + "' ends in the middle of its compressed text");
          return 0;
        }
        in_ = {buffer_.data(), *got, 0};
      }
      const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in_);
      if (ZSTD_isError(left))
        return failed(0, "cannot decompress '" + file_.name() + "': " + ZSTD_getErrorName(left));
      frame_ended_ = left == 0;
    }
    return out.pos;
  }

 private:
  File file_;
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context_;
  std::vector<char> buffer_;
  ZSTD_inBuffer in_{};
  bool frame_ended_ = false;
};

}  // namespace

Result<std::size_t> Input::read_at(char*, std::size_t, std::uint64_t) const {
  return failed(ESPIPE, "cannot read from the middle");
}

Result<std::unique_ptr<Input>> Input::open(const std::string& name) {
  constexpr int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;
  Fd fd(name == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : ::open(name.c_str(), flags));
  if (!fd && errno == ENOENT) {
    fd.reset(::open((name + ".zst").c_str(), flags));
    if (!fd) errno = ENOENT;  // whatever the other error: it is `name` that doesn't exist
  }
  return open(std::move(fd), name);
}

Result<std::unique_ptr<Input>> Input::open(Fd fd, const std::string& name) {
  struct stat status;
  if (!fd || fstat(fd.get(), &status) != 0) return failed("cannot open '" + name + "'");
  if (S_ISDIR(status.st_mode)) return failed(EISDIR, "cannot read '" + name + "'");
  if (S_ISREG(status.st_mode)) (void)posix_fadvise(fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  File file(std::move(fd), name);
  std::string head(sizeof magic, '\0');
  std::size_t have = 0;
  while (have < head.size()) {
    const auto got = file.read(head.data() + have, head.size() - have);
    if (!got) return failed(got.error());
    if (*got == 0) break;
    have += *got;
  }
  head.resize(have);
  if (have == sizeof magic && std::memcmp(head.data(), magic, sizeof magic) == 0)
    return std::make_unique<Compressed>(std::move(file), head);
  // Standard input starts at the offset that the caller left. A length of 0 is also what /proc reports.
  std::optional<std::uint64_t> size;
  if (S_ISREG(status.st_mode) && status.st_size > 0 && name != "-")
    size = static_cast<std::uint64_t>(status.st_size);
  return std::make_unique<Plain>(std::move(file), std::move(head), size);
}

}  // namespace scsup::analysis

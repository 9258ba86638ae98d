#include "supervisor/audit/store/log_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <utility>

namespace scsup {

void LogBytes::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

LogBytes::LogBytes(const Fd& log, off_t from) : fd_(log.get()), at_(from), path_("the audit log") {}
LogBytes::LogBytes(LogBytes&&) noexcept = default;
LogBytes::~LogBytes() = default;

Result<LogBytes> LogBytes::open(const std::string& path) {
  const bool is_compressed = path.ends_with(".zst");
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file && errno == ENOENT && !is_compressed) return open(path + ".zst");  // since it was listed
  struct stat st {};
  if (!file || fstat(file.get(), &st) != 0) return failed("cannot open '" + path + "'");
  if (!S_ISREG(st.st_mode)) return failed(0, "'" + path + "' is no file");
  LogBytes bytes(file, 0);
  bytes.own_ = std::move(file);
  bytes.path_ = path;
  if (is_compressed) bytes.context_.reset(ZSTD_createDCtx());
  return bytes;
}

Result<std::size_t> LogBytes::fill(std::string& buffer) {
  buffer.resize(piece);
  for (;;) {
    const ssize_t got = pread(fd_, buffer.data(), buffer.size(), at_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("cannot read " + path_);
    at_ += got;
    buffer.resize(static_cast<std::size_t>(got));
    return buffer.size();
  }
}

Result<std::string_view> LogBytes::next() {
  if (context_) return next_uncompressed();
  if (const auto got = fill(read_); !got) return failed(got.error());
  return std::string_view(read_);
}

Result<std::string_view> LogBytes::next_uncompressed() {
  out_.resize(ZSTD_DStreamOutSize());
  ZSTD_outBuffer output{out_.data(), out_.size(), 0};
  while (output.pos == 0) {
    if (taken_ == read_.size()) {
      const auto got = fill(read_);
      if (!got) return failed(got.error());
      if (*got == 0) break;
      taken_ = 0;
    }
    ZSTD_inBuffer input{read_.data(), read_.size(), taken_};
    const std::size_t state = ZSTD_decompressStream(context_.get(), &output, &input);
    if (ZSTD_isError(state)) return failed(0, "'" + path_ + "' is no zstd file: " + ZSTD_getErrorName(state));
    taken_ = input.pos;
  }
  return std::string_view(out_.data(), output.pos);
}

}  // namespace scsup

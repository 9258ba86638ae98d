// The bytes of a log's file from its beginning or from the middle, piece by piece: also of a compressed one.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

struct ZSTD_DCtx_s;

namespace scsup {

class LogBytes {
 public:
  static constexpr std::size_t piece = 1u << 20;

  // A closed segment: audit-17.jsonl; if that doesn't exist, the same with .zst.
  static Result<LogBytes> open(const std::string& path);
  // The bytes of an open log, which must stay open.
  LogBytes(const Fd& log, off_t from);
  LogBytes(LogBytes&&) noexcept;
  ~LogBytes();

  // The next piece, valid until the next call; "" at the end.
  Result<std::string_view> next();

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  Result<std::size_t> fill(std::string& buffer);
  Result<std::string_view> next_uncompressed();

  Fd own_;
  int fd_;
  off_t at_ = 0;
  std::string path_;
  std::string read_, out_;
  std::size_t taken_ = 0;  // of read_, by the decompression
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
};

}  // namespace scsup

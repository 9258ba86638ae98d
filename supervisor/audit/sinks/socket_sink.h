// Records as JSON lines to the reader at a unix stream socket. A slow reader gets a `gap` record with the number that
// it missed; if there is no reader, connecting is tried again each second.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace scsup {

class SocketSink {
 public:
  static constexpr std::size_t most_kept = 1u << 20;  // bytes that the reader hasn't taken

  explicit SocketSink(std::string path) : path_(std::move(path)) {}
  void take(std::string_view lines);

 private:
  bool is_connected();
  void send_kept();

  const std::string path_;
  Fd socket_;
  std::string kept_;
  std::uint64_t missed_ = 0;
  std::chrono::steady_clock::time_point next_attempt_;
};

}  // namespace scsup

// Messages in a stream of bytes: each ends with a NUL (varlink's framing). It holds at most the limit and one add();
// no byte is looked at twice, however small the pieces of the stream are.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace scsup::control {

class Inbox {
 public:
  // `limit`: bytes of one message, without its NUL.
  explicit Inbox(std::size_t limit) : limit_(limit) {}

  void add(std::string_view bytes);
  // The next whole message without its NUL, or nothing as yet. EMSGSIZE: it is, or will be, longer than the limit.
  Result<std::optional<std::string>> next();
  // Bytes received and not taken.
  std::size_t size() const { return bytes_.size() - start_; }

 private:
  std::size_t limit_;
  std::string bytes_;
  std::size_t start_ = 0;     // of the next message
  std::size_t searched_ = 0;  // no NUL between start_ and here
};

}  // namespace scsup::control

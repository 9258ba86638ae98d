#include "supervisor/control/inbox.h"

#include <utility>

namespace scsup::control {

void Inbox::add(std::string_view bytes) {
  if (start_ > 0) {
    bytes_.erase(0, start_);
    searched_ -= start_;
    start_ = 0;
  }
  bytes_.append(bytes);
}

Result<std::optional<std::string>> Inbox::next() {
  const std::size_t end = bytes_.find('\0', searched_);
  const bool whole = end != std::string::npos;
  searched_ = whole ? end : bytes_.size();
  if (searched_ - start_ > limit_)
    return failed(EMSGSIZE, "a message has at most " + std::to_string(limit_) + " bytes");
  if (!whole) return std::optional<std::string>();
  std::string message;
  if (start_ == 0 && end + 1 == bytes_.size()) {  // nothing follows: no copy of a long message
    bytes_.pop_back();
    message = std::exchange(bytes_, {});
    searched_ = 0;
    return std::optional(std::move(message));
  }
  message = bytes_.substr(start_, end - start_);
  start_ = searched_ = end + 1;
  return std::optional(std::move(message));
}

}  // namespace scsup::control

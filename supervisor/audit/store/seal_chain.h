// Seals. A seal holds the hash of all bytes since the last one and of the seal itself up to that member, including
// the last one's hash. With an evolving key nobody who breaks in later can remake them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "supervisor/audit/sha256.h"
#include "supervisor/audit/store/log_tail.h"
#include "supervisor/audit/store/seal_key.h"

namespace scsup {

class SealChain {
 public:
  // `key_file` "": hashes alone.
  static Result<SealChain> open(const std::string& key_file);

  bool has_key() const { return key_.has_value(); }
  // Continues after a seal that is in the log; nothing: from the start.
  void go_on_from(const std::optional<SealPoint>& seal);
  const std::string& head() const { return head_; }  // the last seal's sha256
  std::uint64_t head_seq() const { return head_seq_; }

  // The line that seals `bytes`, records from `first` to `last`. It counts only once it was appended.
  Result<std::string> seal(std::string_view bytes, std::uint64_t first, std::uint64_t last,
                           std::string_view time);
  void holds();

 private:
  explicit SealChain(std::optional<SealKey> key) : key_(std::move(key)) {}

  std::optional<SealKey> key_;
  std::string head_, next_head_;
  std::uint64_t head_seq_ = 0, next_seq_ = 0;
};

}  // namespace scsup

// A `seal` line split for checking, by its bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace scsup::analysis {

struct Seal {
  std::int64_t first = -1, last = -1, key = -1;  // -1: not given
  std::string_view prev, sha256, mac;            // hex; mac "": it was made without a key
  std::string_view hashed;       // the part of the line that its hash covers, after the bytes before it
  std::string_view signed_part;  // the part that its mac covers
};

bool is_seal(std::string_view line);
// Nothing: it doesn't have a seal's form.
std::optional<Seal> read_seal(std::string_view line);

// Keys in order, from the one that `scsup-audit keygen` has printed.
class VerificationKeys {
 public:
  // 64 hex digits; throws UsageError.
  explicit VerificationKeys(std::string first);
  // The key with that number; to be asked for in ascending order. Nothing: it was passed already, or is absurd.
  std::optional<std::string> key(std::int64_t number);

 private:
  std::string key_;
  std::int64_t number_ = 0;
};

std::string hmac_sha256(std::string_view key, std::string_view bytes);

}  // namespace scsup::analysis

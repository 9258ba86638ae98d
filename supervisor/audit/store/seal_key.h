// The key that seals are made with. It evolves: each seal has its own key, the next one is derived from it, and it is
// overwritten. So an intruder can't alter what was sealed before, but the holder of the first key can check all of
// them (scsup-audit verify).
//
// The file: "scsup-seal-key 1 NUMBER KEY\n", in hex; NUMBER counts the keys from 0. Overwritten in place, so
// that no old key stays on the disk. Used under the log's lock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

class SealKey {
 public:
  // Refused: a link, a file that others may read or write, or a file of another user.
  static Result<SealKey> open(const std::string& path);

  // Takes the key from the file, for one seal, and writes the next one there. After that the old one exists only in
  // memory.
  Result<void> advance();
  std::uint64_t number() const { return number_; }  // of the current key
  std::string mac(std::string_view text) const;
  // Overwrites the current key.
  void forget();

 private:
  SealKey(Fd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  Fd file_;
  std::string path_;
  std::uint64_t number_ = 0;
  std::string key_;  // hex
};

// The key after `key`; scsup-audit verify uses the same.
std::string next_seal_key(std::string_view key);

}  // namespace scsup

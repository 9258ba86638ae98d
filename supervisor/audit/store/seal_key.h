// The key that seals are made with. It evolves: each seal has a key of its own, the next one is made of it,
// and it is overwritten. So who breaks in can't alter what was sealed before; who has kept the first key can
// check all of them (scsup-audit verify).
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
  // Refused: a link, a file that others may read or write, or that is not ours.
  static Result<SealKey> open(const std::string& path);

  // Takes the key in the file, for one seal, and leaves the next one there. When it returns the old one is
  // nowhere but here.
  Result<void> advance();
  std::uint64_t number() const { return number_; }  // of the key in hand
  std::string mac(std::string_view text) const;
  // Overwrites the key in hand.
  void forget();

 private:
  SealKey(Fd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  Fd file_;
  std::string path_;
  std::uint64_t number_ = 0;
  std::string key_;  // hex
};

// Of the key that follows; the same in scsup-audit verify.
std::string next_seal_key(std::string_view key);

}  // namespace scsup

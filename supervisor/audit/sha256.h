// SHA-256 (FIPS 180-4) and HMAC (RFC 2104), as lower-case hex.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace scsup {

std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

// The hash of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256& other);
  Sha256& operator=(const Sha256& other);
  ~Sha256();
  void add(std::string_view bytes);
  std::string hex() const;  // of everything added so far; more may follow

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace scsup

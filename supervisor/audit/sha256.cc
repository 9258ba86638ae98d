#include "supervisor/audit/sha256.h"

#include <nettle/sha2.h>

namespace scsup {

std::string sha256_hex(std::string_view bytes) {
  sha256_ctx state;
  sha256_init(&state);
  sha256_update(&state, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  std::uint8_t digest[SHA256_DIGEST_SIZE];
  nettle_sha256_digest(&state, sizeof digest, digest);
  std::string out;
  for (const std::uint8_t byte : digest) {
    constexpr char hex[] = "0123456789abcdef";
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
  return out;
}

}  // namespace scsup

#include "supervisor/audit/sha256.h"

#include <nettle/hmac.h>
#include <nettle/sha2.h>

namespace scsup {
namespace {

const std::uint8_t* octets(std::string_view bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

std::string hex_of(const std::uint8_t (&digest)[SHA256_DIGEST_SIZE]) {
  std::string out;
  for (const std::uint8_t byte : digest) {
    constexpr char hex[] = "0123456789abcdef";
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
  return out;
}

}  // namespace

struct Sha256::State {
  sha256_ctx context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) { sha256_init(&state_->context); }
Sha256::Sha256(const Sha256& other) : state_(std::make_unique<State>(*other.state_)) {}
Sha256& Sha256::operator=(const Sha256& other) {
  *state_ = *other.state_;
  return *this;
}
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) { sha256_update(&state_->context, bytes.size(), octets(bytes)); }

std::string Sha256::hex() const {
  sha256_ctx copy = state_->context;  // taking the digest resets it
  std::uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_digest(&copy, sizeof digest, digest);
  return hex_of(digest);
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 state;
  state.add(bytes);
  return state.hex();
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  hmac_sha256_ctx context;
  hmac_sha256_set_key(&context, key.size(), octets(key));
  hmac_sha256_update(&context, bytes.size(), octets(bytes));
  std::uint8_t digest[SHA256_DIGEST_SIZE];
  hmac_sha256_digest(&context, sizeof digest, digest);
  return hex_of(digest);
}

}  // namespace scsup

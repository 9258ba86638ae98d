#include "analysis/verify/seal.h"

#include <nettle/hmac.h>

#include <algorithm>
#include <charconv>

#include "cli/options.h"

namespace scsup::analysis {
namespace {

constexpr std::size_t hex_length = 64;
constexpr std::int64_t most_keys = 1'000'000'000;

bool is_hex(std::string_view text) {
  return text.size() == hex_length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Takes `,"name":"value"` from the start.
bool take_word(std::string_view& text, std::string_view name, std::string_view& value) {
  const std::string key = ",\"" + std::string(name) + "\":\"";
  if (!text.starts_with(key)) return false;
  text.remove_prefix(key.size());
  const std::size_t end = text.find('"');
  if (end == std::string_view::npos) return false;
  value = text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
}

bool take_number(std::string_view& text, std::string_view name, std::int64_t& value) {
  const std::string key = ",\"" + std::string(name) + "\":";
  if (!text.starts_with(key)) return false;
  text.remove_prefix(key.size());
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc();
}

}  // namespace

bool is_seal(std::string_view line) { return line.starts_with(R"({"type":"seal")"); }

std::optional<Seal> read_seal(std::string_view line) {
  Seal seal;
  std::string_view left = line, time;
  left.remove_prefix(std::min(left.size(), std::string_view(R"({"type":"seal")").size()));
  const auto up_to_here = [&] { return line.substr(0, line.size() - left.size()); };
  if (!take_word(left, "time", time) || !take_number(left, "first", seal.first) ||
      !take_number(left, "last", seal.last))
    return std::nullopt;
  const bool has_key = take_number(left, "key", seal.key);
  if (!take_word(left, "prev", seal.prev)) return std::nullopt;
  seal.hashed = up_to_here();
  if (!take_word(left, "sha256", seal.sha256) || !is_hex(seal.sha256)) return std::nullopt;
  seal.signed_part = up_to_here();
  if (has_key && (!take_word(left, "mac", seal.mac) || !is_hex(seal.mac))) return std::nullopt;
  if (left != "}") return std::nullopt;
  return seal;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  hmac_sha256_ctx context;
  hmac_sha256_set_key(&context, key.size(), reinterpret_cast<const std::uint8_t*>(key.data()));
  hmac_sha256_update(&context, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  std::uint8_t digest[SHA256_DIGEST_SIZE];
  hmac_sha256_digest(&context, sizeof digest, digest);
  std::string hex;
  for (const std::uint8_t byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

VerificationKeys::VerificationKeys(std::string first) : key_(std::move(first)) {
  if (!is_hex(key_))
    throw UsageError("a verification key is 64 hex digits, as scsup-audit keygen has printed it");
}

std::optional<std::string> VerificationKeys::key(std::int64_t number) {
  if (number < number_ || number > most_keys) return std::nullopt;
  for (; number_ < number; ++number_) key_ = hmac_sha256(key_, "scsup next seal key");
  return key_;
}

}  // namespace scsup::analysis

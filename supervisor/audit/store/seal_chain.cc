#include "supervisor/audit/store/seal_chain.h"

#include "supervisor/audit/json_line.h"

namespace scsup {

Result<SealChain> SealChain::open(const std::string& key_file) {
  if (key_file.empty()) return SealChain(std::nullopt);
  auto key = SealKey::open(key_file);
  if (!key) return failed(key.error());
  return SealChain(std::move(*key));
}

void SealChain::go_on_from(const std::optional<SealPoint>& seal) {
  head_ = seal ? seal->sha256 : "";
  head_seq_ = seal ? seal->last_seq : 0;
}

Result<std::string> SealChain::seal(std::string_view bytes, std::uint64_t first, std::uint64_t last,
                                    std::string_view time) {
  if (key_) {
    if (auto advanced = key_->advance(); !advanced) return failed(advanced.error());
  }
  JsonLine line;
  line.open().word("type", "seal").word("time", time);
  line.number("first", static_cast<std::int64_t>(first)).number("last", static_cast<std::int64_t>(last));
  if (key_) line.number("key", static_cast<std::int64_t>(key_->number()));
  line.word("prev", head_);
  // The hash of everything since the last seal, and of this seal up to the hash itself.
  Sha256 hash;
  hash.add(bytes);
  hash.add(line.view());
  next_head_ = hash.hex();
  next_seq_ = last;
  line.word("sha256", next_head_);
  if (key_) {
    line.word("mac", key_->mac(line.view()));
    key_->forget();
  }
  line.close().end_line();
  return std::string(line.view());
}

void SealChain::holds() {
  head_ = next_head_;
  head_seq_ = next_seq_;
}

}  // namespace scsup

#include "analysis/verify/verifier.h"

#include <nettle/sha2.h>

#include <algorithm>
#include <charconv>

namespace scsup::analysis {
namespace {

// The worst finding counts: a changed byte is worse than a gap.
int weight(Verdict verdict) {
  switch (verdict) {
    case Verdict::complete:
      return 0;
    case Verdict::cut:
      return 1;
    case Verdict::torn:
      return 2;
    case Verdict::gap:
      return 3;
    case Verdict::changed:
      return 4;
  }
  return 0;
}

// The value of a member near the start of a line, where the writer puts it.
std::int64_t number(std::string_view line, std::string_view key) {
  const std::size_t at = line.substr(0, 200).find(key);
  if (at == std::string_view::npos) return -1;
  std::int64_t value = -1;
  std::from_chars(line.data() + at + key.size(), line.data() + line.size(), value);
  return value;
}

bool is_record(std::string_view line) {
  return line.starts_with(R"({"type":")") && line.ends_with('}') &&
         std::ranges::none_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::string count(std::uint64_t n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

}  // namespace

Verifier::Verifier(std::optional<VerificationKeys> keys, std::string head, bool live)
    : keys_(std::move(keys)),
      wanted_head_(std::move(head)),
      live_(live),
      since_(std::make_unique<sha256_ctx>()) {
  sha256_init(since_.get());
}

Verifier::~Verifier() = default;

void Verifier::found(Verdict verdict, const Place& place, std::string sentence) {
  if (!finding_ || weight(verdict) > weight(finding_->verdict))
    finding_ = {verdict, place, std::move(sentence)};
}

void Verifier::line(std::string_view line, bool ended, const Place& place) {
  last_place_ = place;
  if (!any_since_) since_place_ = place;
  if (is_seal(line) && ended) return seal(line, place);
  any_since_ = true;
  sha256_update(since_.get(), line.size(), reinterpret_cast<const std::uint8_t*>(line.data()));
  if (ended) sha256_update(since_.get(), 1, reinterpret_cast<const std::uint8_t*>("\n"));
  broken_end_ = !ended || !is_record(line);
  if (!broken_end_) return record(line, place);
  if (!broken_) broken_ = place;
}

void Verifier::record(std::string_view line, const Place& place) {
  if (broken_) {  // a broken line that others follow was not torn
    found(Verdict::changed, *broken_, "there is no record");
    broken_.reset();
  }
  ++records_;
  last_is_end_ = line.starts_with(R"({"type":"end")");
  const std::int64_t seq = number(line, R"("seq":)");
  if (first_seq_ < 0) first_seq_ = seq;
  is_behind_gap_ = is_behind_gap_ || (last_seq_ >= 0 && seq > last_seq_ + 1);
  if (last_seq_ >= 0 && seq != last_seq_ + 1)
    found(Verdict::gap, place,
          seq > last_seq_
              ? "the " + count(static_cast<std::uint64_t>(seq - last_seq_ - 1), "record") + " between " +
                    std::to_string(last_seq_) + " and " + std::to_string(seq) + " are missing"
              : "record " + std::to_string(seq) + " follows " + std::to_string(last_seq_));
  last_seq_ = std::max(last_seq_, seq);
  if (!line.starts_with(R"({"type":"gap")")) return;
  const std::int64_t lost = std::max<std::int64_t>(0, number(line, R"("lost":)"));
  lost_ += static_cast<std::uint64_t>(lost);
  if (!loss_)
    loss_ = {
        Verdict::gap, place,
        count(static_cast<std::uint64_t>(lost), "record") + " could not be written, as the log itself says"};
}

bool Verifier::check_mac(const Seal& seal, const Place& place) {
  if (!keys_) return true;
  const auto key = seal.mac.empty() ? std::nullopt : keys_->key(seal.key);
  if (key && hmac_sha256(*key, seal.signed_part) == seal.mac) return true;
  found(Verdict::changed, place,
        seal.mac.empty() ? "the seal was made without a key"
        : key            ? "the seal was not made with the key of this log"
              : "the seal's key number " + std::to_string(seal.key) + " can't follow the one before");
  return false;
}

void Verifier::seal(std::string_view line, const Place& place) {
  ++seals_;
  const auto seal = read_seal(line);
  if (!seal) {
    found(Verdict::changed, place, "the seal doesn't have the form of scsup's");
  } else {
    sha256_update(since_.get(), seal->hashed.size(),
                  reinterpret_cast<const std::uint8_t*>(seal->hashed.data()));
    std::uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(since_.get(), sizeof digest, digest);
    std::string hash;
    for (const std::uint8_t byte : digest) {
      hash += "0123456789abcdef"[byte >> 4];
      hash += "0123456789abcdef"[byte & 15];
    }
    if (hash != seal->sha256)
      found(Verdict::changed, since_place_,
            "the bytes from here to the seal at byte " + std::to_string(place.offset) +
                " are not those that were sealed");
    // If numbers are missing, that is reported already: the seals of the missing records are missing too.
    if (seals_ > 1 && seal->prev != head_ && !is_behind_gap_)
      found(Verdict::changed, place, "the seal doesn't go on from the seal before it");
    (void)check_mac(*seal, place);
    head_ = seal->sha256;
    if (head_ == wanted_head_) saw_wanted_head_ = true;
  }
  sha256_init(since_.get());
  any_since_ = false;
  is_behind_gap_ = false;
  broken_end_ = false;
}

Finding Verifier::finish() {
  const std::string after = last_seq_ >= 0 ? " after record " + std::to_string(last_seq_) : "";
  if (broken_ && broken_end_)
    found(Verdict::torn, *broken_, "the log is torn" + after);
  else if (broken_)
    found(Verdict::changed, *broken_, "there is no record");
  if (seals_ != 0 && any_since_ && !broken_)
    found(Verdict::changed, since_place_, "what follows the last seal is not sealed");
  if (!wanted_head_.empty() && !saw_wanted_head_)
    found(Verdict::cut, last_place_,
          "the log was cut" + after + ", or is another one: the seal " + wanted_head_ + " is not in it");
  if (records_ == 0)
    found(Verdict::cut, last_place_, "there is no record at all");
  else if (!last_is_end_ && !live_)
    found(Verdict::cut, last_place_,
          "there is no end" + after +
              ": the log was cut there, its supervisor was killed, or it is still written");
  if (finding_) return *finding_;
  if (loss_) return *loss_;
  return {Verdict::complete, last_place_, ""};
}

}  // namespace scsup::analysis

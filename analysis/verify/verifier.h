// Is a log complete, and as it was written? Takes its lines in order and keeps the first thing that is wrong.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/read/scan.h"
#include "analysis/verify/seal.h"

struct sha256_ctx;

namespace scsup::analysis {

enum class Verdict : std::uint8_t { complete, torn, gap, changed, cut };

struct Finding {
  Verdict verdict = Verdict::complete;
  Place place;           // where it is wrong
  std::string sentence;  // without the place
};

class Verifier {
 public:
  // `keys`: to check the seals' codes. `head`: a seal's hash that must be in the log, as sent to syslog. `live`: it
  // is still being written, and needs no end.
  Verifier(std::optional<VerificationKeys> keys, std::string head, bool live = false);
  ~Verifier();

  // `line` without its '\n'; `ended`: it had one.
  void line(std::string_view line, bool ended, const Place& place);
  // To be called after the last line. Returns the worst finding.
  Finding finish();

  std::uint64_t records() const { return records_; }
  std::uint64_t seals() const { return seals_; }
  std::uint64_t lost() const { return lost_; }
  std::int64_t first_seq() const { return first_seq_; }
  std::int64_t last_seq() const { return last_seq_; }
  const std::string& head() const { return head_; }  // the last seal's hash

 private:
  void found(Verdict verdict, const Place& place, std::string sentence);
  void record(std::string_view line, const Place& place);
  void seal(std::string_view line, const Place& place);
  bool check_mac(const Seal& seal, const Place& place);

  std::optional<VerificationKeys> keys_;
  const std::string wanted_head_;
  const bool live_;
  bool saw_wanted_head_ = false;
  std::optional<Finding> finding_;
  std::optional<Finding> loss_;  // reported by the log itself: less bad than a loss that it doesn't report

  std::unique_ptr<sha256_ctx> since_;  // of the bytes since the last seal
  Place since_place_, last_place_;
  bool any_since_ = false;
  std::optional<Place> broken_;  // the first line that is not a record, as long as no record has followed
  bool broken_end_ = false;      // the last line is not a record
  bool last_is_end_ = false;
  bool is_behind_gap_ = false;  // numbers were missing since the last seal
  std::string head_;
  std::uint64_t records_ = 0, seals_ = 0, lost_ = 0;
  std::int64_t first_seq_ = -1, last_seq_ = -1;
};

}  // namespace scsup::analysis

// The file that a log is appended to, and its segments: closed ones lie beside it as NAME-<first seq>.jsonl.
//
// Several supervisors may share one log. Each append holds flock(2) on the file, checks whether the name still leads
// to it and whether others have appended, and goes on from there: numbers stay gapless. A torn end is cut and kept as
// NAME.<offset>.torn. After a failed fdatasync(2) a file is never written again.
#pragma once

#include <sys/stat.h>

#include <map>
#include <memory>
#include <vector>

#include "base/fd.h"
#include "supervisor/audit/clock.h"
#include "supervisor/audit/settings.h"
#include "supervisor/audit/store/appender.h"
#include "supervisor/audit/store/log_tail.h"
#include "supervisor/audit/store/seal_chain.h"
#include "supervisor/audit/store/segments.h"

namespace scsup {

class LogFile : public Appender {
 public:
  // `file` is open for reading and appending, `path` absolute.
  static Result<std::unique_ptr<LogFile>> open(Fd file, const std::string& path,
                                               const AuditSettings& settings, std::string run);
  ~LogFile() override;

  Appended append(std::span<const LogLine> lines, Sync sync, const Announce& announce) override;
  void open_with_run(OwnedLine line) override { run_line_ = std::move(line); }
  void open_with(const std::string& key, OwnedLine line) override;
  void remark(std::string_view type, std::string members) override;
  std::string_view written() const override { return out_; }
  std::string_view head() const override {
    return chain_ ? std::string_view(chain_->head()) : std::string_view();
  }

  void finish() override { segments_.wait_for_compression(); }

  // How many of those lines are in the file, or in the segment that it has become since, from `offset` on.
  Result<std::uint64_t> lines_of(const Batch& batch, off_t offset);
  const Segments& segments() const { return segments_; }

 private:
  LogFile(Fd file, const std::string& path, const AuditSettings& settings, std::string run)
      : settings_(settings), run_(std::move(run)), segments_(path), file_(std::move(file)) {}

  static constexpr int most_attempts = 100;
  static constexpr std::size_t most_remarks = 64;

  Result<void> lock();
  Result<void> reopen(const std::string& why);
  Result<void> look();
  Result<void> cut(off_t good_end);
  bool is_full() const;
  Result<void> begin_segment();
  void compose(std::span<const LogLine> lines, const Announce& announce);
  Result<void> write_out();

  const AuditSettings settings_;
  const std::string run_;
  Segments segments_;
  Fd file_;
  bool locked_ = false;
  std::optional<SealChain> chain_;
  OwnedLine run_line_;
  std::map<std::string, OwnedLine> openings_;
  std::vector<OwnedLine> remarks_;
  WallClock clock_;

  // The state in which the current file was left.
  off_t size_ = -1;  // -1: not checked yet
  std::uint64_t next_seq_ = 1, first_seq_ = 1;
  std::int64_t since_ns_ = 0;
  bool opened_ = false;    // it contains our opening lines
  bool poisoned_ = false;  // fdatasync has failed
  bool unsealed_ = false;  // it was begun without seals
  bool fresh_ = false;     // a segment was just closed
  bool stuck_ = false;     // it could not be closed, and that was reported
  std::string after_;      // the segment before
  std::string out_;        // what is being appended
};

}  // namespace scsup

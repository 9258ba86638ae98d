// The audit log: appends records to one file, each by one write(2), before the answer is sent.
//
// A promise, not a log for the operator. When a record can't be written the log is failing: callers then
// deny. What was lost meanwhile is counted and told by a `gap` record as soon as writing works again.
// Thread-safe.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/audit/clock.h"
#include "supervisor/audit/json_line.h"
#include "supervisor/audit/record.h"

namespace scsup {

class Log {
 public:
  // No log: every record counts as written.
  Log();
  // `fd` is open for appending. `name` is for messages.
  Log(Fd fd, std::string name);

  // Opens (creates with 0600, directories with 0700) a log file for appending. A symlink as last component is
  // refused: whoever can plant one could make the supervisor write elsewhere.
  static Result<Fd> open_file(const std::string& path);

  void run(const RunRecord& record);
  void policy(const PolicyRecord& record);
  void attach(const AttachRecord& record);
  void detach(std::uint32_t session, const Counts& counts);
  // True: the kernel has it. False: it is lost and counted; the call must be denied.
  [[nodiscard]] bool call(const CallRecord& record);
  [[nodiscard]] bool task(const CallRecord& record);
  // The answer to the call that was recorded as `id` of `session` never arrived.
  void amend_gone(std::uint32_t session, std::uint64_t id);
  void end(const Counts& counts);

  // False while the last write failed: ask before doing anything for a target that could not be recorded.
  bool is_writing() const;

 private:
  void begin(std::string_view type);
  bool finish();
  bool write_line(std::string_view line);
  void render(const CallRecord& record);
  void render(const PolicyRecord& record);

  mutable std::mutex mutex_;
  Fd fd_;
  std::string name_;
  std::string run_id_;
  bool off_ = false;
  WallClock clock_;
  JsonLine line_;
  std::uint64_t seq_ = 0;
  std::uint64_t lost_ = 0;  // records since the last one that was written
  bool failing_ = false;
  bool ended_ = false;  // nothing comes after `end`: a call that is still in work is denied
  bool torn_ = false;   // the last write left a part of a line
  bool complained_ = false;
};

}  // namespace scsup

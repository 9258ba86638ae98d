// The audit log as sessions see it. When call() returns, the record is in the kernel's hands, or on the disk if that
// was required; only then is the call answered.
//
// A promise, not a log for the operator. If a record can't be written, AuditSettings decide the call (deny by
// default); lost records are counted, and a `gap` record reports them as soon as writing works again. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/audit/record.h"
#include "supervisor/audit/renderer.h"
#include "supervisor/audit/settings.h"
#include "supervisor/audit/store/writer.h"

namespace scsup {

// The log's destination, opened as far as possible before there are threads.
struct LogParts {
  bool off = false;
  std::string name;  // for messages
  std::string file;  // absolute; "": there is no file
  std::string run;
  AuditSettings settings;
  Redaction redaction;
  std::unique_ptr<Appender> appender;
  std::unique_ptr<Journal> journal;
};

class Log {
 public:
  explicit Log(LogParts parts);  // starts a thread

  void run(const RunRecord& record);
  void policy(const PolicyRecord& record);
  void attach(const AttachRecord& record);
  void detach(std::uint32_t session, const Counts& counts);
  void death(const DeathRecord& record);
  // False: the call must be denied, and the record is lost and counted, or amended.
  [[nodiscard]] bool call(const CallRecord& record);
  [[nodiscard]] bool task(const CallRecord& record);
  // The answer to the call that was recorded as `id` of `session` never arrived.
  void amend_gone(std::uint32_t session, std::uint64_t id);
  // Nothing more is said of that call or task: its answer was sent, and if that never arrived, amended.
  void answered(std::uint32_t session, std::uint64_t id);
  void end(const Counts& counts);
  const std::string& file() const { return file_; }  // absolute; "": there is no file
  // Waits until the file has what was recorded so far; not for long, if it can't be written.
  void flush();

  // The members of "proc", for CallRecord::process.
  std::string describe(Process process) const { return renderer_.describe(std::move(process)); }
  // To be asked before anything is done for a target that could not be recorded.
  bool is_writing();

 private:
  template <class Render>
  bool put(const CallRecord& record, Render render);

  const bool off_;
  const std::string file_;
  const Durability durability_;
  Renderer renderer_;  // under the writer's lock
  std::optional<Writer> writer_;
};

// Opens (creates with 0600, directories with 0700) the file at `path`. A symlink as last component is refused: a user
// who can create one could make the supervisor write elsewhere.
Result<Fd> open_log_file(const std::string& path);

// Checks that the file can be used, and appends what killed supervisors have left beside it.
Result<void> recover_log(Fd fd, const std::string& path, const std::string& name,
                         const AuditSettings& settings, const std::string& run);

// A log at `fd`, which open_log_file has opened; `path` is absolute if it is a file.
Result<LogParts> open_log(Fd fd, const std::string& path, std::string name, const AuditSettings& settings,
                          const std::string& run);

}  // namespace scsup

// Takes rendered records and appends them, in time and in order.
//
// With a journal, a record is safe as soon as it was put, and our own thread, the committer, appends it: every few ms
// under load, all new lines with one write(2). Without one (a pipe; a file system that can't map) each line is
// appended before put() returns.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "supervisor/audit/clock.h"
#include "supervisor/audit/settings.h"
#include "supervisor/audit/sinks/sinks.h"
#include "supervisor/audit/store/appender.h"
#include "supervisor/audit/store/journal.h"
#include "supervisor/audit/store/like_lines.h"

namespace scsup {

enum class Urgency {
  soon,      // safe against the death of this process
  appended,  // in the file
  on_disk,   // safe against a loss of power
};

enum class Put {
  done,      // the urgency asked for holds; or it is lost and counted, and the settings say that calls go on
  lost,      // and counted: deny
  doubtful,  // it is or will be in the log, but perhaps not on the disk: deny, and correct the record
};

class Writer {
 public:
  using Lock = std::unique_lock<std::mutex>;

  // `journal` may be null. `name` is for messages.
  Writer(std::unique_ptr<Appender> appender, std::unique_ptr<Journal> journal, const AuditSettings& settings,
         std::string name, std::string run);
  ~Writer();

  Lock lock() { return Lock(mutex_); }

  // To be called with the lock held; it is released in between.
  enum class Of : std::uint8_t {
    ordinary,
    done,    // it has happened already: accepted as long as there is room, even while the file can't be
             // written
    urgent,  // nothing is waited for
  };
  [[nodiscard]] Put put(Lock& lock, const LogLine& rendered, Urgency urgency, Of what = Of::ordinary);
  // The first record, and each segment's first.
  void begin(Lock& lock, OwnedLine run);
  // A call is open from before its record is put until it is answered and, if need be, amended. Until then it
  // keeps a line of its own, which the amend can name.
  void open_call(Lock& lock, const CallName& name);
  void close_call(Lock& lock, const CallName& name);
  bool counts_same() const { return journal_ && settings_.same == Same::count; }
  // As put() with Urgency::soon, also while records can't be written: it corrects another record.
  void correct(Lock& lock, const LogLine& line);
  // For lines of any length; returns once it was appended, or can't be. `opening`: a key under which each further
  // segment opens with the line; with Keep::no none does any more.
  enum class Keep : bool { no, yes };
  void put_control(Lock& lock, OwnedLine line, const std::string& opening = {}, Keep keep = Keep::yes);
  // Waits until everything that was put is in the file; not longer than a second.
  void flush(Lock& lock);
  // False while records can't be written and calls are to be denied. Waits, if the settings say so.
  bool is_writing(Lock& lock);
  std::uint64_t lost() const { return lost_; }  // under the lock
  // Nothing may come after it. Waits a while until everything was appended.
  void end(Lock& lock);

 private:
  struct Control {
    OwnedLine line;
    std::string opening;
    Keep keep;
  };

  Put lose();
  Put put_directly(Lock& lock, const LogLine& rendered, Urgency urgency, Of what);
  Put await(Lock& lock, std::uint64_t end, Urgency urgency);
  void wait_for_work(Lock& lock);
  void commit_for_ever();
  void commit(Lock& lock);
  bool append_controls(Lock& lock, Sync sync);
  // `placed`: in the journal, which of `lines` tells what waits there.
  bool append(Lock& lock, std::span<const LogLine> lines, Sync sync, std::uint64_t end,
              const Journal::Waiting& placed = {});
  bool tell_loss(Lock& lock);
  void mend(Lock& lock);
  bool has_work() const;
  void failed_with(const Error& error);

  const std::unique_ptr<Appender> appender_;
  const std::unique_ptr<Journal> journal_;
  const AuditSettings settings_;
  const std::string name_, run_;
  WallClock clock_;
  Sinks sinks_;

  std::mutex mutex_;
  std::condition_variable work_, done_;
  std::deque<Control> controls_;
  std::vector<CallName> open_;
  std::uint64_t controls_put_ = 0, controls_done_ = 0;
  std::uint64_t lost_ = 0;                             // since the last gap record
  std::uint64_t synced_ = 0;                           // positions in the journal
  std::uint64_t doubtful_from_ = 0, doubtful_to_ = 0;  // records between these may not be on the disk
  bool sync_wanted_ = false, urgent_ = false;
  bool idle_ = false;  // the committer sleeps until there is work
  bool failing_ = false, ending_ = false, finished_ = false;
  bool complained_ = false, without_reserve_ = false;
  bool is_over_ = false;  // of the last append: nothing of it must be appended again
  std::thread committer_;
};

}  // namespace scsup

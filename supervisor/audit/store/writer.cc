#include "supervisor/audit/store/writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/say.h"
#include "supervisor/audit/json_line.h"

namespace scsup {
namespace {

using namespace std::chrono_literals;

constexpr auto between_commits = 5ms;  // under load; the longest delay of lines that no call waits for
constexpr auto between_counting_commits = 1s;  // so that like calls come together
constexpr auto between_attempts = 100ms;
constexpr auto patience = 1s;  // for room in the journal
constexpr auto patience_at_end = 10s;
constexpr std::size_t most_controls = 4096;  // the most that wait while the log can't be written

std::string consequence(OnAuditFailure on_failure) {
  switch (on_failure) {
    case OnAuditFailure::deny:
      return "calls are denied until it can be written";
    case OnAuditFailure::wait:
      return "calls wait until it can be written";
    case OnAuditFailure::count:
      return "calls go on, and are only counted until it can be written";
  }
  return {};
}

}  // namespace

Writer::Writer(std::unique_ptr<Appender> appender, std::unique_ptr<Journal> journal,
               const AuditSettings& settings, std::string name, std::string run)
    : appender_(std::move(appender)),
      journal_(std::move(journal)),
      settings_(settings),
      name_(std::move(name)),
      run_(std::move(run)),
      sinks_(settings) {
  if (journal_) committer_ = std::thread([this] { commit_for_ever(); });
}

Writer::~Writer() {
  if (auto held = lock(); !ending_) end(held);
  if (committer_.joinable()) committer_.join();
}

Put Writer::lose() {
  ++lost_;
  return settings_.on_failure == OnAuditFailure::count ? Put::done : Put::lost;
}

void Writer::failed_with(const Error& error) {
  failing_ = true;
  if (std::exchange(complained_, true)) return;
  say(Severity::critical, "cannot write the audit log '" + name_ + "': " +
                              (error.what == "cannot write" ? std::strerror(error.err) : error.text()) +
                              "; " + consequence(settings_.on_failure));
}

bool Writer::is_writing(Lock& lock) {
  if (settings_.on_failure == OnAuditFailure::count) return true;
  // Without a journal the next record is the next attempt.
  if (settings_.on_failure == OnAuditFailure::wait && journal_)
    done_.wait(lock, [this] { return !failing_ || ending_; });
  return !failing_;
}

Put Writer::put(Lock& lock, const LogLine& rendered, Urgency urgency, Of what) {
  if (ending_) return Put::lost;
  if (!journal_) return put_directly(lock, rendered, urgency, what);
  // Another thread may render another line into this buffer while we wait.
  OwnedLine kept;
  LogLine line = rendered;
  const auto keep = [&] {
    if (kept.text.empty()) kept = OwnedLine(rendered);
    line = kept.view();
  };
  if (failing_ && what == Of::ordinary) {
    keep();
    (void)is_writing(lock);
  }
  if (ending_ || (failing_ && what != Of::done)) return lose();
  while (!journal_->put(line)) {
    if (what == Of::urgent) return lose();
    keep();
    urgent_ = true;
    work_.notify_one();
    const std::uint64_t before = journal_->taken_end();
    if (done_.wait_for(lock, patience, [&] { return journal_->taken_end() != before || failing_; }) &&
        !failing_)
      continue;
    failed_with({ETIMEDOUT, "it takes no more"});
    return lose();
  }
  if (urgency != Urgency::soon && what != Of::urgent) return await(lock, journal_->put_end(), urgency);
  // Not urgent: what lies in the journal while it is half full would make the commit after the next one small.
  if (idle_ || journal_->is_half_full()) work_.notify_one();
  return Put::done;
}

Put Writer::await(Lock& lock, std::uint64_t end, Urgency urgency) {
  const bool on_disk = urgency == Urgency::on_disk;
  sync_wanted_ = sync_wanted_ || on_disk;
  urgent_ = true;
  work_.notify_one();
  const auto is_doubtful = [&] { return on_disk && end > doubtful_from_ && end <= doubtful_to_; };
  const auto holds = [&] { return (on_disk ? synced_ : journal_->taken_end()) >= end; };
  const bool waits = on_disk && settings_.on_failure == OnAuditFailure::wait;
  done_.wait(lock, [&] { return holds() || is_doubtful() || finished_ || (failing_ && !waits); });
  // What is in the journal gets into the file sooner or later; the disk is another promise.
  if (!on_disk || settings_.on_failure == OnAuditFailure::count) return Put::done;
  return holds() && !is_doubtful() ? Put::done : Put::doubtful;
}

Put Writer::put_directly(Lock& lock, const LogLine& rendered, Urgency urgency, Of what) {
  OwnedLine kept;
  LogLine line = rendered;
  const bool on_disk = urgency == Urgency::on_disk || settings_.durability == Durability::sync;
  for (;;) {
    if ((!failing_ || tell_loss(lock)) && append(lock, {&line, 1}, on_disk ? Sync::yes : Sync::no, 0)) {
      failing_ = false;
      return Put::done;
    }
    if (is_over_ && settings_.on_failure != OnAuditFailure::count) return Put::doubtful;
    if (settings_.on_failure != OnAuditFailure::wait || ending_ || what == Of::urgent) return lose();
    if (kept.text.empty()) kept = OwnedLine(rendered);  // as above
    line = kept.view();
    done_.wait_for(lock, between_attempts, [this] { return ending_; });
  }
}

void Writer::open_call(Lock&, const CallName& name) {
  if (counts_same()) open_.push_back(name);
}

void Writer::close_call(Lock&, const CallName& name) {
  const auto found = std::ranges::find(open_, name);
  if (found == open_.end()) return;
  *found = open_.back();
  open_.pop_back();
}

void Writer::correct(Lock& lock, const LogLine& line) {
  if (ending_ || !journal_ || !journal_->put(line)) {
    const bool done = !ending_ && !journal_ && append(lock, {&line, 1}, Sync::no, 0);
    lost_ += !done;
  } else {
    work_.notify_one();
  }
}

void Writer::begin(Lock& lock, OwnedLine run) {
  appender_->open_with_run(std::move(run));
  (void)append(lock, {}, Sync::no, 0);
}

void Writer::put_control(Lock& lock, OwnedLine line, const std::string& opening, Keep keep) {
  if (ending_) return;
  if (failing_ && controls_.size() >= most_controls) {
    (void)lose();
    return;
  }
  controls_.push_back({std::move(line), opening, keep});
  const std::uint64_t mine = ++controls_put_;
  if (!journal_) {
    (void)append_controls(lock, Sync::no);
    return;
  }
  urgent_ = true;
  work_.notify_one();
  done_.wait(lock, [&] { return controls_done_ >= mine || failing_ || finished_; });
}

void Writer::flush(Lock& lock) {
  if (!journal_ || ending_) return;
  urgent_ = true;
  work_.notify_one();
  const std::uint64_t end = journal_->put_end();
  done_.wait_for(lock, patience, [&] { return journal_->taken_end() >= end || failing_ || finished_; });
}

bool Writer::has_work() const {
  return failing_ || ending_ || sync_wanted_ || !controls_.empty() ||
         journal_->put_end() != journal_->taken_end();
}

// With a journal the lock is released while the file is written. Without one the next caller has to wait: its line
// comes after this one.
bool Writer::append(Lock& lock, std::span<const LogLine> lines, Sync sync, std::uint64_t end,
                    const Journal::Waiting& placed) {
  if (journal_) lock.unlock();
  const Appended appended = appender_->append(lines, sync, [&](off_t offset, std::uint64_t first_seq) {
    if (journal_) journal_->intend({end, static_cast<std::uint64_t>(offset), first_seq}, placed);
  });
  if (appended.over) {
    if (journal_ && end != 0) journal_->taken(end);
    sinks_.take(appender_->written());
    sinks_.set_head(appender_->head());
  }
  if (journal_) lock.lock();
  is_over_ = appended.over;
  if (!appended.error) {
    if (sync == Sync::yes && end != 0) synced_ = end;
    return true;
  }
  if (appended.over && end != 0) {
    doubtful_from_ = synced_;
    doubtful_to_ = end;
  }
  failed_with(*appended.error);
  return false;
}

bool Writer::append_controls(Lock& lock, Sync sync) {
  if (controls_.empty()) return true;
  std::deque<Control> controls = std::exchange(controls_, {});
  std::vector<LogLine> lines;
  for (const Control& control : controls) lines.push_back(control.line.view());
  if (!append(lock, lines, sync, 0)) {
    controls_.insert(controls_.begin(), std::make_move_iterator(controls.begin()),
                     std::make_move_iterator(controls.end()));
    return false;
  }
  controls_done_ += controls.size();
  for (Control& control : controls)
    if (!control.opening.empty())
      appender_->open_with(control.opening,
                           control.keep == Keep::yes ? std::move(control.line) : OwnedLine());
  return true;
}

void Writer::commit(Lock& lock) {
  const bool wanted = std::exchange(sync_wanted_, false) || settings_.durability == Durability::sync;
  const Sync sync = wanted ? Sync::yes : Sync::no;
  Journal::Waiting waiting;
  journal_->waiting(waiting);
  const std::uint64_t end = waiting.ends.empty() ? journal_->taken_end() : waiting.ends.back();
  std::optional<LikeLines> like;
  if (counts_same()) {
    // Of the same instant as what waits: whose call was answered before has put its amend before.
    std::vector<CallName> open = open_;
    lock.unlock();
    like.emplace(waiting.lines, std::move(open));
    for (std::size_t i = 0; i < waiting.places.size(); ++i)
      waiting.places[i] = static_cast<std::uint16_t>(like->places()[i] + 1);
    lock.lock();
  } else {
    waiting.places.clear();
  }
  const std::span<const LogLine> lines = like ? like->lines() : waiting.lines;
  const auto attempt = [&] { return append(lock, lines, sync, end, waiting) && append_controls(lock, sync); };
  bool done = attempt();
  if (!done && !without_reserve_ && journal_->taken_end() < end) {
    // Everything that was accepted still fits.
    journal_->release_reserve();
    without_reserve_ = true;
    done = attempt();
  }
  if (done && failing_) mend(lock);
  done_.notify_all();
}

bool Writer::tell_loss(Lock& lock) {
  if (lost_ == 0) return true;
  const std::uint64_t told = lost_;
  JsonLine members;
  members.number("lost", static_cast<std::int64_t>(told)).word("cause", "write failed");
  const OwnedLine gap = remark_line("gap", run_, clock_.now(), members.view());
  const LogLine line = gap.view();
  if (!append(lock, {&line, 1}, Sync::no, 0)) return false;
  lost_ -= told;
  return true;
}

// Appending works again. Calls go on once there is a reserve; the last records can be written without.
void Writer::mend(Lock& lock) {
  if (without_reserve_ && !ending_) {
    if (!journal_->take_reserve()) return;
    without_reserve_ = false;
  }
  if (tell_loss(lock)) failing_ = false;
}

// Also tells syslog meanwhile when that is due.
void Writer::wait_for_work(Lock& lock) {
  const auto is_there = [this] { return has_work(); };
  if (const auto due = sinks_.head_is_due()) {
    if (work_.wait_until(lock, *due, is_there)) return;
    sinks_.tell_head();
  }
  work_.wait(lock, is_there);
}

void Writer::commit_for_ever() {
  Lock lock(mutex_);
  for (bool is_last = false; !is_last;) {
    idle_ = true;
    wait_for_work(lock);
    idle_ = false;
    urgent_ = false;
    is_last = ending_;
    commit(lock);
    const auto pause = failing_        ? std::chrono::milliseconds(between_attempts)
                       : counts_same() ? std::chrono::milliseconds(between_counting_commits)
                                       : between_commits;
    if (!is_last)
      work_.wait_for(lock, pause, [this] { return ending_ || urgent_ || journal_->is_half_full(); });
  }
  appender_->finish();
  sinks_.tell_head();
  finished_ = true;
  done_.notify_all();
}

void Writer::end(Lock& lock) {
  if (std::exchange(ending_, true)) return;
  done_.notify_all();
  if (!journal_) {
    sinks_.tell_head();
    return;
  }
  work_.notify_one();
  if (done_.wait_for(lock, patience_at_end, [this] { return finished_; })) {
    lock.unlock();
    committer_.join();
    lock.lock();
  }  // otherwise a disk is stuck, and the process will end without it
  if (journal_->taken_end() == journal_->put_end())
    journal_->remove();
  else
    say(Severity::critical, "the last records could not be written to '" + name_ +
                                "'; they are kept beside it until it is written again");
}

}  // namespace scsup

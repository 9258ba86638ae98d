#include "supervisor/audit/store/log_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "base/say.h"
#include "supervisor/audit/json_line.h"

namespace scsup {
namespace {

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Others hold the lock as long as an append takes. A process of the same user can hold it longer, but doesn't hold us
// up for ever.
Result<void> take_turn(const Fd& file) {
  constexpr auto patience = std::chrono::seconds(1);
  constexpr auto nap = std::chrono::microseconds(200);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return failed("cannot lock it");
    if (std::chrono::steady_clock::now() > end)
      return failed(0, "another process holds a lock on it (flock(2))");
    std::this_thread::sleep_for(nap);
  }
  return {};
}

Result<void> sync_directory(const std::string& directory) {
  Fd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || fsync(fd.get()) != 0) return failed("cannot sync '" + directory + "'");
  return {};
}

}  // namespace

Result<std::unique_ptr<LogFile>> LogFile::open(Fd file, const std::string& path,
                                               const AuditSettings& settings, std::string run) {
  auto log = std::unique_ptr<LogFile>(new LogFile(std::move(file), path, settings, std::move(run)));
  if (settings.seal != Sealing::no) {
    auto chain = SealChain::open(settings.seal_key);
    if (!chain) return failed(chain.error());
    log->chain_ = std::move(*chain);
  }
  // Errors in the file show now, and not at the first call.
  auto locked = log->lock();
  if (locked) locked = log->look();
  if (log->locked_) flock(log->file_.get(), LOCK_UN);
  log->locked_ = false;
  if (!locked) return failed(locked.error());
  return log;
}

LogFile::~LogFile() = default;

void LogFile::open_with(const std::string& key, OwnedLine line) {
  if (line.text.empty())
    openings_.erase(key);
  else
    openings_[key] = std::move(line);
}

void LogFile::remark(std::string_view type, std::string members) {
  if (remarks_.size() == most_remarks) return;  // none of these could be appended yet
  remarks_.push_back(remark_line(type, run_, clock_.now(), members));
}

// Locks the file to which the name leads, and repeats that until both are the same.
Result<void> LogFile::lock() {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    if (auto taken = take_turn(file_); !taken) return taken;
    struct stat held {
    }, named{};
    if (fstat(file_.get(), &held) != 0) return failed("cannot look at it");
    const bool is_there = lstat(segments_.path().c_str(), &named) == 0;
    if (is_there && is_same(held, named)) {
      locked_ = true;
      return {};
    }
    struct stat closed {};
    const std::string closed_path = segments_.beside(segments_.closed_name(first_seq_));
    const bool was_closed = lstat(closed_path.c_str(), &closed) == 0 && is_same(held, closed);
    const char* const why = was_closed           ? ""
                            : held.st_nlink == 0 ? "the file was deleted while it was in use"
                                                 : "another file took the log's place";
    if (auto opened = reopen(why); !opened) return opened;
  }
  return failed(0, "another file takes its place all the time");
}

Result<void> LogFile::reopen(const std::string& why) {
  Fd file(::open(segments_.path().c_str(),
                 O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600));
  struct stat st {};
  if (!file) return failed("cannot open it");
  if (fstat(file.get(), &st) != 0 || !S_ISREG(st.st_mode)) return failed(0, "it is no longer a file");
  if (settings_.durability == Durability::sync)
    if (auto synced = sync_directory(segments_.directory()); !synced) return synced;
  file_ = std::move(file);
  size_ = -1;
  opened_ = poisoned_ = false;
  if (!why.empty()) {
    JsonLine members;
    remark("recover", std::string(members.number("cut", 0).text("cause", why).view()));
  }
  return {};
}

// Finds out how the file has changed since the last time.
Result<void> LogFile::look() {
  struct stat st {};
  if (fstat(file_.get(), &st) != 0) return failed("cannot look at it");
  if (st.st_size == size_) return {};
  if (size_ > st.st_size) {
    JsonLine members;
    members.number("cut", size_ - st.st_size).word("cause", "the file was truncated while it was in use");
    remark("recover", std::string(members.view()));
  }
  auto tail =
      look_at_tail(file_, st.st_size, chain_ ? Until::seal : Until::number, std::max<off_t>(size_, 0));
  if (!tail) return failed(tail.error());
  if (!chain_ && tail->seal && tail->seal->end == tail->good_end)
    return failed(0, "it is sealed, and \"seal\" is off here (scsup-config(5))");
  if (chain_ && !chain_->has_key() && tail->seal && tail->seal->has_key)
    return failed(0, "it is sealed with a key, and none is set up here (\"seal\" in scsup-config(5))");
  // Whole lines after the last seal don't count until they are sealed: a journal has them.
  off_t good_end = tail->good_end;
  if (chain_ && tail->seal) good_end = tail->seal->end;
  if (good_end < st.st_size)
    if (auto done = cut(good_end); !done) return done;
  std::uint64_t last_seq = chain_ && tail->seal ? tail->seal->last_seq : tail->last_seq;
  if (good_end == 0) {
    const Segments::Last before = segments_.last_closed();
    if (before.first_seq != 0) {
      auto end = tail_of_segment(segments_.beside(before.name), chain_ ? Until::seal : Until::number);
      if (!end) return failed(end.error());
      tail->seal = end->seal;
      last_seq = std::max(end->last_seq, before.first_seq);
      after_ = before.name;
    }
    since_ns_ = unix_ns();
  } else if (size_ == -1) {
    auto first = first_seq_of(file_);
    if (!first) return failed(first.error());
    first_seq_ = *first;
    since_ns_ = birth_ns(file_).value_or(unix_ns());
  }
  next_seq_ = std::max(next_seq_, last_seq + 1);
  if (good_end == 0) first_seq_ = next_seq_;
  if (chain_ && (tail->seal || good_end == 0)) chain_->go_on_from(tail->seal);
  // Seals cover a segment from its start, and a key all of them.
  const bool as_wanted = tail->seal && (tail->seal->has_key || !chain_->has_key());
  unsealed_ = chain_ && good_end != 0 && !as_wanted;
  size_ = good_end;
  return {};
}

// The torn end goes into a separate file.
Result<void> LogFile::cut(off_t good_end) {
  const std::string kept = segments_.torn_path(good_end);
  auto bytes = keep_end(file_, good_end, kept);
  if (!bytes) return failed(bytes.error());
  if (ftruncate(file_.get(), good_end) != 0) return failed("cannot cut its torn end");
  JsonLine members;
  members.number("cut", *bytes)
      .text("torn", kept.substr(kept.rfind('/') + 1))
      .word("cause", "its end was torn");
  remark("recover", std::string(members.view()));
  return {};
}

bool LogFile::is_full() const {
  if (size_ == 0) return false;
  const auto age = std::chrono::nanoseconds(unix_ns() - since_ns_);
  return poisoned_ || unsealed_ ||
         (settings_.segment_bytes != 0 && size_ >= static_cast<off_t>(settings_.segment_bytes)) ||
         (settings_.segment_age.count() != 0 && age >= settings_.segment_age);
}

Result<void> LogFile::begin_segment() {
  const std::string closed = segments_.closed_name(first_seq_);
  if (!poisoned_ && settings_.durability == Durability::sync) (void)fdatasync(file_.get());
  if (auto renamed = segments_.close(first_seq_); !renamed) {
    if (poisoned_ || (unsealed_ && settings_.seal == Sealing::yes)) return renamed;
    // A too large segment is better than lost records.
    if (!std::exchange(stuck_, true))
      say(Severity::warning, renamed.error().text() + "; the segment goes on");
    return {};
  }
  stuck_ = false;
  flock(file_.get(), LOCK_UN);
  if (auto opened = reopen(""); !opened) return opened;
  unsealed_ = false;
  if (auto locked = lock(); !locked) return locked;
  after_ = closed;
  fresh_ = true;
  return look();
}

void LogFile::compose(std::span<const LogLine> lines, const Announce& announce) {
  out_.clear();
  if (!opened_ && !run_line_.text.empty()) {
    std::string more;
    if (size_ == 0 && !after_.empty()) {
      JsonLine members;
      members.open("segment").text("after", after_);
      if (chain_ && !chain_->head().empty()) members.word("seal", chain_->head());
      members.close();
      more = "," + std::string(members.view());
    }
    append_numbered(out_, run_line_.view(), next_seq_++, more);
    for (const auto& [key, line] : openings_) append_numbered(out_, line.view(), next_seq_++);
  }
  for (const OwnedLine& remark : remarks_) append_numbered(out_, remark.view(), next_seq_++);
  if (announce) announce(size_, next_seq_);
  for (const LogLine& line : lines) append_numbered(out_, line, next_seq_++);
}

Result<void> LogFile::write_out() {
  for (std::string_view left = out_; !left.empty();) {
    const ssize_t wrote = write(file_.get(), left.data(), left.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return failed("cannot write");
    left.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

Appended LogFile::append(std::span<const LogLine> lines, Sync sync, const Announce& announce) {
  auto ready = lock();
  if (ready) ready = look();
  if (ready && is_full()) ready = begin_segment();
  const std::uint64_t first = next_seq_;
  Appended result;
  if (ready) {
    compose(lines, announce);
    if (chain_ && !unsealed_ && !out_.empty()) {
      auto seal = chain_->seal(out_, first, next_seq_ - 1, clock_.now());
      if (seal)
        out_ += *seal;
      else
        ready = failed(seal.error());
    }
  }
  if (ready && !(ready = write_out()))
    (void)!ftruncate(file_.get(), size_);  // nothing of it stays: all of it is appended again
  if (!ready) {
    next_seq_ = first;
    result = {false, ready.error()};
  } else {
    size_ += static_cast<off_t>(out_.size());
    if (chain_ && !unsealed_ && !out_.empty()) chain_->holds();
    opened_ = opened_ || !run_line_.text.empty();
    remarks_.clear();
    if (sync == Sync::yes && fdatasync(file_.get()) != 0) {
      // Nobody can tell any more what is on the disk and what isn't (fsync(2)).
      result.error = Error{errno, "cannot sync it"};
      poisoned_ = true;
      JsonLine members;
      std::int64_t lost = 0;
      for (const LogLine& line : lines) lost += line.told;
      members.number("lost", lost).number("from", static_cast<std::int64_t>(first));
      members.number("to", static_cast<std::int64_t>(next_seq_ - 1)).word("cause", "fdatasync failed");
      remark("gap", std::string(members.view()));
    }
  }
  if (locked_) flock(file_.get(), LOCK_UN);
  locked_ = false;
  if (fresh_ && !result.error) {
    fresh_ = false;
    if (settings_.compress) segments_.compress();
  }
  return result;
}

Result<std::uint64_t> LogFile::lines_of(const Batch& batch, off_t offset) {
  if (batch.first_seq >= first_seq_) return count_lines(LogBytes(file_, offset), 0, batch);
  // Another supervisor has closed that segment since.
  const std::string name = segments_.closed_with(batch.first_seq);
  if (name.empty()) return 0;
  auto segment = LogBytes::open(segments_.beside(name));
  if (!segment) return failed(segment.error());
  return count_lines(std::move(*segment), offset, batch);
}

}  // namespace scsup

#include "supervisor/loop/loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>

#include "supervisor/loop/readiness.h"
#include "supervisor/loop/threads.h"

namespace scsup {

Loop::Loop(std::function<void()> prepare)
    : prepare_(std::move(prepare)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Loop::~Loop() = default;

void Loop::add(std::shared_ptr<Source> source) {
  {
    std::lock_guard lock(mutex_);
    unarmed_.push_back(source.get());
    sources_.emplace(source.get(), std::move(source));
    has_new_ = true;
  }
  wake();
}

void Loop::stop() {
  stopped_ = true;
  wake();
}

void Loop::wake() {
  const std::uint64_t one = 1;
  (void)!write(wake_.get(), &one, sizeof one);  // full: it wakes up anyway
}

Result<void> Loop::start() {
  start_leader();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !engine_.empty() || !leading_; });
  return result_;
}

Result<void> Loop::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ && !leading_; });
  return result_;
}

Result<void> Loop::run() {
  if (auto started = start(); !started) return started;
  return wait();
}

std::string_view Loop::engine() const {
  std::lock_guard lock(mutex_);
  return engine_;
}

void Loop::start_leader() {
  auto mine = std::make_shared<Lead>(watch_, [this] { start_leader(); });
  {
    std::lock_guard lock(mutex_);
    leading_ = true;
  }
  watch_.watch(mine);
  auto started = start_thread([this, mine] { lead(mine); });
  if (started) return;
  watch_.forget(*mine);
  std::lock_guard lock(mutex_);
  stopped_ = true;
  result_ = std::move(started);
  leading_ = false;
  changed_.notify_all();
}

void Loop::lead(const std::shared_ptr<Lead>& lead) {
  prepare_();
  Result<void> result;
  {
    auto readiness = Readiness::create();
    if (readiness) {
      {
        std::lock_guard lock(mutex_);
        engine_ = (*readiness)->name();
        changed_.notify_all();
        has_new_ = true;
        unarmed_.clear();
        for (const auto& [source, owner] : sources_) unarmed_.push_back(source);
      }
      result = serve_until_lost(*lead, **readiness);
    } else {
      result = failed(readiness.error());
    }
  }
  std::lock_guard lock(mutex_);
  if (lead->lost()) return;
  if (!result) {
    stopped_ = true;
    result_ = result;
  }
  watch_.forget(*lead);
  leading_ = false;
  changed_.notify_all();
}

void Loop::arm_new(Readiness& readiness) {
  std::lock_guard lock(mutex_);
  for (Source* source : unarmed_) readiness.arm(source->fd(), source);
  unarmed_.clear();
  has_new_ = false;
}

Result<void> Loop::serve_until_lost(Lead& lead, Readiness& readiness) {
  std::array<Readiness::Event, 64> buffer;
  readiness.arm(wake_.get(), nullptr);
  for (;;) {
    if (has_new_) arm_new(readiness);
    auto events = readiness.wait(buffer);
    if (!events) return failed(events.error());
    for (const Readiness::Event& event : *events) {
      if (stopped_) return {};
      Source* source = static_cast<Source*>(event.tag);
      if (!source) {
        std::uint64_t count;
        (void)!read(wake_.get(), &count, sizeof count);
        readiness.arm(wake_.get(), nullptr);
        continue;
      }
      const Source::Next next = source->serve(event.ready, lead);
      if (lead.lost()) return {};
      if (next == Source::Next::again) {
        readiness.arm(source->fd(), source);
      } else {
        std::lock_guard lock(mutex_);
        sources_.erase(source);
      }
    }
    if (stopped_) return {};
  }
}

}  // namespace scsup

#include "supervisor/emulate/deputies.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "supervisor/emulate/deputy_questions.h"
#include "supervisor/emulate/deputy_words.h"

namespace scsup {

// Where a deputy is and with which identity; both are fixed.
struct Standing {
  // A namespace can't end while the deputy is in it, so its number isn't used again.
  struct Namespace {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const Namespace&) const = default;
  };
  Namespace user, mount;
  Identity identity;
  std::shared_ptr<const Zygote> domain;
  bool operator==(const Standing&) const = default;
};

class Deputy {
 public:
  Deputy(NewDeputy made, Standing standing)
      : line(std::move(made.line)), pidfd(std::move(made.pidfd)), standing_(std::move(standing)) {}

  bool is_for(const Standing& standing) const { return standing_ == standing; }

  DeputyLine line;
  Fd pidfd;
  bool has_served = false;

 private:
  const Standing standing_;
};

namespace {

constexpr std::chrono::seconds to_let_go{1};

bool has_ended(const Fd& pidfd) {
  pollfd ended{pidfd.get(), POLLIN, 0};
  return poll(&ended, 1, 0) != 0;
}

Result<Object> resolve_by(Deputy& deputy, const Call& call, const Task& task, const Start& start,
                          Deadline until) {
  const int fds[] = {start.root.fd(), start.directory.get()};
  const std::span<const int> sent(fds, start.directory ? 2 : 1);
  if (auto told = deputy.line.send(pack_resolve(call, task, start), sent); !told) return failed(told.error());
  for (;;) {
    auto parcel = deputy.line.receive(until);
    if (!parcel) return failed(parcel.error());
    if (parcel->word() == Word::resolved) {
      auto object = unpack_object(*parcel);
      if (!object) return failed(EPROTO, "a deputy doesn't make sense");
      deputy.has_served = true;
      return std::move(*object);
    }
    if (auto answered = answer_question(deputy.line, *parcel, task); !answered)
      return failed(answered.error());
  }
}

}  // namespace

Deputies::Deputies(const Zygote& zygote) : zygote_(zygote) {}
Deputies::~Deputies() = default;  // they end when their lines close

// Call it with the lock held. Dead deputies don't count, and a free one makes room for another identity.
bool Deputies::make_room() {
  std::erase_if(dying_, has_ended);
  if (free_.size() + busy_ + dying_.size() < most) return true;
  if (free_.empty()) return false;
  free_.erase(free_.begin());
  return true;
}

Result<std::unique_ptr<Deputy>> Deputies::take(const Task& task, const Ground& ground, Deadline until) {
  Standing standing{{}, {}, task.identity, ground.domain};
  for (const auto& [fd, its] : {std::pair(&task.user_namespace, &standing.user),
                                std::pair(&ground.mount_namespace, &standing.mount)}) {
    struct stat st;
    if (!*fd) continue;
    if (fstat(fd->get(), &st) != 0) return failed("cannot stat a namespace");
    *its = {st.st_dev, st.st_ino};
  }
  {
    std::lock_guard lock(mutex_);
    const auto found = std::find_if(free_.rbegin(), free_.rend(),
                                    [&](const auto& deputy) { return deputy->is_for(standing); });
    if (found != free_.rend()) {
      auto deputy = std::move(*found);
      free_.erase(std::next(found).base());
      ++busy_;
      return deputy;
    }
    if (!make_room()) return failed(EAGAIN, "too many deputies are busy or stuck");
    ++busy_;
  }
  auto made = (ground.domain ? *ground.domain : zygote_).bear(task, ground.mount_namespace, until);
  if (made) return std::make_unique<Deputy>(std::move(*made), std::move(standing));
  std::lock_guard lock(mutex_);
  --busy_;
  return failed(made.error());
}

void Deputies::give_back(std::unique_ptr<Deputy> deputy) {
  std::lock_guard lock(mutex_);
  --busy_;
  free_.push_back(std::move(deputy));
}

void Deputies::abandon(std::unique_ptr<Deputy> deputy) {
  syscall(SYS_pidfd_send_signal, deputy->pidfd.get(), SIGKILL, nullptr, 0);
  std::lock_guard lock(mutex_);
  --busy_;
  dying_.push_back(std::move(deputy->pidfd));
}

Result<Deputies::Errand> Deputies::send(const Call& call, const Task& task, const Start& start,
                                        const Ground& ground, Deadline until) {
  for (;;) {
    auto deputy = take(task, ground, until);
    if (!deputy) return failed(deputy.error());
    const bool is_new = !(*deputy)->has_served;
    auto object = resolve_by(**deputy, call, task, start, until);
    if (object) return Errand(*this, std::move(*deputy), std::move(*object));
    abandon(std::move(*deputy));
    // An idle deputy may have been killed or have ended by itself meanwhile: nothing was done yet.
    if (is_new || object.error().err != EPIPE) return failed(object.error());
  }
}

Deputies::Errand::Errand(Deputies& owner, std::unique_ptr<Deputy> deputy, Object object)
    : owner_(owner), deputy_(std::move(deputy)), object_(std::move(object)) {}
Deputies::Errand::Errand(Errand&&) noexcept = default;

Deputies::Errand::~Errand() {
  if (!deputy_) return;
  if (object_.state == Object::State::found)
    (void)end(Packer(Word::drop), nullptr, std::chrono::steady_clock::now() + to_let_go);
  else
    owner_.give_back(std::move(deputy_));
}

Result<std::int64_t> Deputies::Errand::end(const Packer& what, int* err, Deadline until) {
  auto told = deputy_->line.send(what);
  auto done = told ? deputy_->line.receive(until) : Result<Parcel>(failed(told.error()));
  if (!done || done->word() != Word::done) {
    owner_.abandon(std::move(deputy_));
    return failed(done ? Error{EPROTO, "a deputy doesn't make sense"} : done.error());
  }
  owner_.give_back(std::move(deputy_));
  const int said = static_cast<int>(done->number());
  if (err) *err = said;
  return static_cast<std::int64_t>(done->number());
}

Result<Outcome> Deputies::Errand::perform(std::uint32_t mode, mode_t umask, Deadline until) {
  Outcome outcome;
  const auto value = end(Packer(Word::perform).number(mode).number(umask), &outcome.err, until);
  if (!value) return failed(value.error());
  outcome.value = *value;
  return outcome;
}

Result<bool> Deputies::Errand::exists_already(Deadline until) {
  const auto value = end(Packer(Word::exists), nullptr, until);
  if (!value) return failed(value.error());
  return *value != 0;
}

}  // namespace scsup

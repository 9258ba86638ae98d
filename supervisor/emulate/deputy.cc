#include "supervisor/emulate/deputy.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <span>

#include "supervisor/emulate/deputy_words.h"
#include "supervisor/emulate/identity.h"
#include "supervisor/emulate/perform.h"
#include "supervisor/emulate/walk.h"
#include "supervisor/emulate/zygote.h"
#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

constexpr std::chrono::seconds idle{30};

// Asks the supervisor for what needs the supervisor's rights.
class RightsByAsking : public OwnRights {
 public:
  explicit RightsByAsking(DeputyLine& line) : line_(line) {}

  Result<Fd> open(const Fd& directory, const std::string& name, std::uint64_t flags) override {
    return descriptor(ask(Packer(Word::open).text(name).number(flags), {{directory.get()}}));
  }
  Result<Fd> follow(const Fd& directory, const std::string& name) override {
    return descriptor(ask(Packer(Word::follow).text(name), {{directory.get()}}));
  }
  bool is_owners(const Fd& directory, const Fd& link) override {
    auto answer = ask(Packer(Word::is_owners), {{directory.get(), link.get()}});
    return answer.number() == 0 && answer.number() == 1;
  }

 private:
  Parcel ask(const Packer& question, std::span<const int> fds) {
    const auto asked = line_.send(question, fds);
    auto answer = asked ? line_.receive() : Result<Parcel>(failed(asked.error()));
    if (!answer || answer->word() != Word::given) _exit(1);  // the supervisor has gone
    return std::move(*answer);
  }
  static Result<Fd> descriptor(Parcel answer) {
    const int err = static_cast<int>(answer.number());
    Fd fd = answer.fd();
    if (err != 0 || !fd) return failed(err != 0 ? err : EIO, "the supervisor can't open it either");
    return fd;
  }

  DeputyLine& line_;
};

// With the ids as numbered by that namespace, which we are in by now. Fails within a Landlock domain that forbids
// reading /proc: there an unprivileged supervisor has no deputy.
void take_on_ids_in_here(const Fd& task) {
  const auto target = read_identity(task);
  const auto own = own_identity();
  if (target && own) (void)take_on_ids(*target, *own);  // the supervisor checks the result
}

// Ids that the target's namespace doesn't map can only be taken on outside, and only for a privileged supervisor. For
// an ordinary user's supervisor other ids can only be taken on inside, where it owns the namespace.
Result<void> become(const Identity& target, const Namespaces& namespaces, const Fd& task) {
  const Fd& user_namespace = namespaces.user;
  const auto own = own_identity();
  if (!own) return failed(own.error());
  // If we have no right to enter it from outside, we may have it as the user namespace's owner.
  const auto see_its_mounts = [&] {
    return !namespaces.mount || setns(namespaces.mount.get(), CLONE_NEWNS) == 0;
  };
  const bool sees_its_mounts = see_its_mounts();
  const bool have_ids = take_on_ids(target, *own);
  if (user_namespace && setns(user_namespace.get(), CLONE_NEWUSER) != 0)
    return failed("cannot enter the target's user namespace");
  if (!have_ids && user_namespace) take_on_ids_in_here(task);
  if (!sees_its_mounts && (!user_namespace || !see_its_mounts()))
    return failed("cannot enter the target's mount namespace");
  if (!keep_capabilities(target.effective_caps))
    return failed(EPERM, "cannot have the target's capabilities");
  return {};
}

void live_for(pid_t parent) {
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
}

class Service {
 public:
  explicit Service(DeputyLine& line) : line_(line), rights_(line) {}

  bool serve_one(Parcel parcel) {
    switch (parcel.word()) {
      case Word::resolve:
        return resolve_for(parcel);
      case Word::perform: {
        if (!errands_) return false;
        errands_->call.mode = static_cast<std::uint32_t>(parcel.number());
        ::umask(static_cast<mode_t>(parcel.number()));
        if (!parcel.whole()) return false;
        const Outcome outcome = perform(errands_->call, object_, {});
        return close_and_say(outcome.err, outcome.value);
      }
      case Word::exists:
        return errands_ && close_and_say(0, exists_already(errands_->call, object_) ? 1 : 0);
      case Word::drop:
        return close_and_say(0, 0);
      default:
        return false;
    }
  }

 private:
  bool resolve_for(Parcel& parcel) {
    errands_ = unpack_resolve(parcel);
    if (!errands_) return false;
    object_ =
        resolve(errands_->call, errands_->task, std::move(errands_->start), Patience::unlimited, rights_);
    errands_->start = Start();
    return line_.send(pack_object(object_)).has_value();
  }

  // When the supervisor hears of the end, nothing of the target's file systems is held: the target may unmount them.
  bool close_and_say(int err, std::int64_t value) {
    object_ = Object();
    errands_.reset();
    return line_
        .send(Packer(Word::done)
                  .number(static_cast<std::uint64_t>(err))
                  .number(static_cast<std::uint64_t>(value)))
        .has_value();
  }

  DeputyLine& line_;
  RightsByAsking rights_;
  std::optional<Errands> errands_;
  Object object_;
};

}  // namespace

void be_deputy(Fd socket, Namespaces namespaces, Fd task, pid_t parent) {
  prctl(PR_SET_NAME, "scsup-deputy");
  live_for(parent);
  DeputyLine line(std::move(socket));
  auto begin = line.receive(std::chrono::steady_clock::now() + idle);
  if (!begin || begin->word() != Word::begin) _exit(1);
  const auto target = unpack_identity(*begin);
  if (!target) _exit(1);
  // All files of /proc that will be needed are opened here, because in the target's namespace anything may be mounted
  // there. The status shows ids as its opener's user namespace numbers them (proc(5)).
  Fd status(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  if (namespaces.mount) {
    keep_own_procfs();
    prepare_walks();
  }
  const auto become_it = become(*target, namespaces, task);
  // A change of identity resets both (prctl(2)). With fs.suid_dumpable=1, a setting for debugging, the process is
  // dumpable for an instant.
  live_for(parent);
  if (!become_it) {
    (void)line.send(Packer(Word::failed)
                        .number(static_cast<std::uint64_t>(become_it.error().err))
                        .text(become_it.error().what));
    _exit(1);
  }
  namespaces = {};
  task.reset();
  const int shown[] = {status.get()};
  if (!line.send(Packer(Word::ready), std::span<const int>(shown, status ? 1 : 0))) _exit(1);
  status.reset();
  Service service(line);
  for (;;) {
    auto parcel = line.receive(std::chrono::steady_clock::now() + idle);
    if (!parcel || !service.serve_one(std::move(*parcel))) _exit(0);
  }
}

}  // namespace scsup

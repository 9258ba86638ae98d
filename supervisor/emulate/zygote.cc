#include "supervisor/emulate/zygote.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/close_fds.h"
#include "base/socket.h"
#include "supervisor/emulate/deputy.h"
#include "supervisor/emulate/identity.h"
#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

// fork(3) without its handlers: they would protect the state of other threads, of which there are none, and a
// sanitizer's handler would start a thread, after which no process can enter a user namespace. glibc 2.34.
pid_t fork_single() { return _Fork(); }

void close_all_but(int kept) {
  const auto fd = static_cast<unsigned>(kept);
  if (fd > 0) close_fds(0, fd - 1);
  close_fds(fd + 1, ~0u);
  for (int standard = 0; standard <= 2; ++standard)  // a stray write to these must hit nothing else
    if (fcntl(standard, F_GETFD) < 0) (void)!::open("/dev/null", O_RDWR | O_CLOEXEC);
}

[[noreturn]] void be_confined(Fd socket, Fd ruleset, pid_t parent);

// In the parent it returns after the child's pidfd was sent on the child's own line. A child is reaped between
// requests only, so until then its number isn't used again.
void bear_one(Parcel request, std::optional<DeputyLine>& own_line, Fd& ended) {
  const bool confines = request.word() == Word::confine;
  const bool enters_user = !confines && request.number() != 0,
             enters_mount = !confines && request.number() != 0;
  Fd socket = request.fd(), first = request.fd();
  Namespaces namespaces;
  if (enters_user) namespaces.user = request.fd();
  if (enters_mount) namespaces.mount = request.fd();
  if ((!confines && request.word() != Word::bear) || !first || (enters_user && !namespaces.user) ||
      (enters_mount && !namespaces.mount))
    return;
  const pid_t zygote = getpid(), child = fork_single();
  if (child == 0) {
    own_line.reset();
    ended.reset();
    if (confines) be_confined(std::move(socket), std::move(first), zygote);
    be_deputy(std::move(socket), std::move(namespaces), std::move(first), zygote);
  }
  const int err = errno;
  const DeputyLine line(std::move(socket));
  const Fd pidfd(child < 0 ? -1 : static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  if (pidfd) {
    (void)line.send(Packer(Word::born).number(static_cast<std::uint64_t>(child)), {{pidfd.get()}});
    return;
  }
  if (child > 0) kill(child, SIGKILL);
  (void)line.send(
      Packer(Word::failed).number(static_cast<std::uint64_t>(err)).text("cannot start a process"));
}

[[noreturn]] void bear_deputies(std::optional<DeputyLine> line) {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  Fd ended(signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
  for (;;) {
    std::array<pollfd, 2> ready{{{line->fd(), POLLIN, 0}, {ended.get(), POLLIN, 0}}};
    poll(ready.data(), ready.size(), -1);
    signalfd_siginfo told;
    while (read(ended.get(), &told, sizeof told) == sizeof told) {
    }
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    if (ready[0].revents == 0) continue;
    auto request = line->receive();
    if (!request) _exit(0);
    bear_one(std::move(*request), line, ended);
  }
}

// The closed line tells that the supervisor has gone, but a stopped process doesn't notice.
void live_for(pid_t parent) {
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
}

[[noreturn]] void be_zygote(Fd socket, pid_t parent) {
  prctl(PR_SET_NAME, "scsup-zygote");
  live_for(parent);
  if (chdir("/") != 0) _exit(1);
  close_all_but(socket.get());
  bear_deputies(DeputyLine(std::move(socket)));
}

[[noreturn]] void be_confined(Fd socket, Fd ruleset, pid_t parent) {
  live_for(parent);
  std::optional<DeputyLine> line(std::move(socket));
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
    (void)line->send(Packer(Word::failed)
                         .number(static_cast<std::uint64_t>(errno))
                         .text("cannot enter the target's Landlock domain"));
    _exit(1);
  }
  ruleset.reset();
  if (!line->send(Packer(Word::ready))) _exit(1);
  bear_deputies(std::move(line));
}

// The deputy's status file: its own descriptor, or the file found by its number if a Landlock domain let it open
// none. Under hidepid (proc(5)) an ordinary user's supervisor doesn't find the file, as the deputy isn't dumpable.
Fd status_of(pid_t pid, Fd own) {
  struct statfs fs;
  if (own && fstatfs(own.get(), &fs) == 0 && static_cast<unsigned long>(fs.f_type) == PROC_SUPER_MAGIC)
    return own;
  const auto directory = open_task_directory(pid);
  return Fd(directory ? openat(directory->get(), "status", O_RDONLY | O_CLOEXEC) : -1);
}

// The resulting identity is checked from here, with our numbers: a deputy with other rights must not act.
bool has_identity_of(const Task& task, pid_t pid, Fd own_status) {
  const Fd file = status_of(pid, std::move(own_status));
  if (!file) return false;
  const auto status = read_status_again(file);
  return status && status->tgid == pid && can_stand_for(identity_in(*status), task.identity);
}

tl::unexpected<Error> told(Result<Parcel>& parcel) {
  if (!parcel) return failed(parcel.error());
  const int err = static_cast<int>(parcel->number());
  return failed(parcel->word() == Word::failed ? err : EPROTO, parcel->text());
}

Result<DeputyLine> start() {
  auto pair = socket_pair();
  if (!pair) return failed(pair.error());
  const pid_t parent = getpid(), child = fork_single();
  if (child < 0) return failed("cannot start a process");
  if (child == 0) {
    pair->first.reset();
    be_zygote(std::move(pair->second), parent);
  }
  return DeputyLine(std::move(pair->first));
}

}  // namespace

Zygote::Zygote() : line_(start()) {}

Packer pack_identity(Word word, const Identity& identity) {
  Packer packer(word);
  packer.number(identity.fsuid).number(identity.fsgid).number(identity.effective_caps);
  packer.number(identity.groups.size());
  for (const gid_t group : identity.groups) packer.number(group);
  return packer;
}

std::optional<Identity> unpack_identity(Parcel& parcel) {
  Identity identity;
  identity.fsuid = static_cast<uid_t>(parcel.number());
  identity.fsgid = static_cast<gid_t>(parcel.number());
  identity.effective_caps = parcel.number();
  const std::uint64_t groups = parcel.number();
  for (std::uint64_t i = 0; i < groups && parcel.whole(); ++i)
    identity.groups.push_back(static_cast<gid_t>(parcel.number()));
  if (!parcel.whole()) return {};
  return identity;
}

Result<NewDeputy> Zygote::bear(const Task& task, const Fd& mount_namespace, Deadline until) const {
  if (!line_) return failed(line_.error());
  auto pair = socket_pair();
  if (!pair) return failed(pair.error());
  std::vector<int> sent{pair->second.get(), task.handles->proc.get()};
  for (const Fd* entered : {&task.user_namespace, &mount_namespace})
    if (*entered) sent.push_back(entered->get());
  const Packer words = Packer(Word::bear).number(task.user_namespace ? 1 : 0).number(mount_namespace ? 1 : 0);
  if (auto told = line_->send(words, sent); !told) return failed(told.error());
  pair->second.reset();
  NewDeputy deputy{DeputyLine(std::move(pair->first)), {}, 0};
  auto born = deputy.line.receive(until);
  if (!born || born->word() != Word::born) return told(born);
  deputy.pid = static_cast<pid_t>(born->number());
  deputy.pidfd = born->fd();
  const auto begun = deputy.line.send(pack_identity(Word::begin, task.identity));
  auto ready = begun ? deputy.line.receive(until) : Result<Parcel>(failed(begun.error()));
  const bool is_ready = ready && ready->word() == Word::ready;
  if (is_ready && has_identity_of(task, deputy.pid, ready->fd())) return deputy;
  syscall(SYS_pidfd_send_signal, deputy.pidfd.get(), SIGKILL, nullptr, 0);
  if (!is_ready) return told(ready);
  return failed(EPERM, "cannot have the target's identity there");
}

Result<std::shared_ptr<const Zygote>> Zygote::confine(const Fd& ruleset, std::shared_ptr<const Zygote> self,
                                                      Deadline until) const {
  if (!line_) return failed(line_.error());
  auto pair = socket_pair();
  if (!pair) return failed(pair.error());
  if (auto sent = line_->send(Packer(Word::confine), {{pair->second.get(), ruleset.get()}}); !sent)
    return failed(sent.error());
  pair->second.reset();
  DeputyLine line(std::move(pair->first));
  auto heard = line.receive(until);  // news of its birth, and of its domain, in either order
  if (heard && heard->word() == Word::born) heard = line.receive(until);
  if (!heard || heard->word() != Word::ready) return told(heard);
  return std::shared_ptr<const Zygote>(new Zygote(std::move(line), std::move(self)));
}

}  // namespace scsup

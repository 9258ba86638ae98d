#include "supervisor/emulate/zygote.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>

#include "base/socket.h"
#include "supervisor/emulate/deputy.h"
#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

// fork(3) without its handlers: there is one thread whose state they could look after, and a sanitizer's
// would start another, with which nobody may enter a user namespace. glibc 2.34.
pid_t fork_single() { return _Fork(); }

void close_all_but(int kept) {
  const auto fd = static_cast<unsigned>(kept);
  if (fd > 0) syscall(SYS_close_range, 0, fd - 1, 0);  // 5.9
  syscall(SYS_close_range, fd + 1, ~0u, 0);
  for (int standard = 0; standard <= 2; ++standard)  // what is written there by mistake must hit nothing else
    if (fcntl(standard, F_GETFD) < 0) (void)!::open("/dev/null", O_RDWR | O_CLOEXEC);
}

// In the parent it returns after the deputy's pidfd was sent on the deputy's own line. A child is reaped
// between requests only, so its number is its own here.
void bear_one(Parcel request, std::optional<DeputyLine>& own_line, Fd& ended) {
  Fd socket = request.fd(), user_namespace = request.fd(), task = request.fd();
  if (request.word() != Word::bear || !task) return;
  const pid_t zygote = getpid(), child = fork_single();
  if (child == 0) {
    own_line.reset();
    ended.reset();
    be_deputy(std::move(socket), std::move(user_namespace), std::move(task), zygote);
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

[[noreturn]] void be_zygote(Fd socket, pid_t parent) {
  prctl(PR_SET_NAME, "scsup-zygote");
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // the line's end says so too, but not to who is stopped
  if (getppid() != parent || chdir("/") != 0) _exit(1);
  close_all_but(socket.get());
  std::optional<DeputyLine> line(std::move(socket));
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

// What came of it is looked at from here, with our numbers: whoever has other rights must not act.
bool has_identity_of(const Task& task, pid_t pid) {
  const auto directory = open_task_directory(pid);
  if (!directory) return false;
  const auto identity = read_identity(*directory);
  return identity && *identity == task.identity;
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

Result<NewDeputy> Zygote::bear(const Task& task, Deadline until) const {
  if (!line_) return failed(line_.error());
  auto pair = socket_pair();
  if (!pair) return failed(pair.error());
  if (auto sent = line_->send(Packer(Word::bear),
                              {{pair->second.get(), task.user_namespace.get(), task.handles->proc.get()}});
      !sent)
    return failed(sent.error());
  pair->second.reset();
  NewDeputy deputy{DeputyLine(std::move(pair->first)), {}, 0};
  auto born = deputy.line.receive(until);
  if (!born || born->word() != Word::born) return told(born);
  deputy.pid = static_cast<pid_t>(born->number());
  deputy.pidfd = born->fd();
  const auto begun = deputy.line.send(Packer(Word::begin));
  auto ready = begun ? deputy.line.receive(until) : Result<Parcel>(failed(begun.error()));
  const bool is_ready = ready && ready->word() == Word::ready;
  if (is_ready && has_identity_of(task, deputy.pid)) return deputy;
  syscall(SYS_pidfd_send_signal, deputy.pidfd.get(), SIGKILL, nullptr, 0);
  if (!is_ready) return told(ready);
  return failed(EPERM, "cannot have the target's identity in its user namespace");
}

}  // namespace scsup

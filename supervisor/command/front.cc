#include "supervisor/command/front.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "supervisor/command/clean_fds.h"
#include "supervisor/command/command.h"
#include "supervisor/command/descendants.h"
#include "supervisor/command/process_state.h"

namespace scsup {

namespace {

// The terminal sends its signals to the whole foreground group, which includes the command, but sends SIGHUP at its
// end only to the session's leader. That one, and signals that were sent to this process, have to be passed on.
bool is_for_command(const signalfd_siginfo& info) {
  const bool hung_up = info.ssi_signo == SIGHUP && getsid(0) == getpid();
  const bool from_terminal = info.ssi_code == SI_KERNEL && !hung_up;
  return !from_terminal && info.ssi_signo != SIGCHLD && info.ssi_signo != SIGCONT;
}

int die_like(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const int signal = WTERMSIG(status);
  prctl(PR_SET_DUMPABLE, 0);  // the core belongs to the command; one is enough
  ::signal(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  raise(signal);
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  return 128 + signal;
}

// What the supervisor has reported so far.
struct Heard {
  std::int32_t stops = 0;       // of the command
  std::optional<int> end = {};  // the end of everything: the command's wait status
  bool lost = false;            // the supervisor has gone without a message
};

// There is no process to pass a stop on to. With the default action a stop can't come too late for a continuation, as
// it could if the signal was read first and the stop done then.
void stop_by_itself() {
  sigset_t stops;
  sigemptyset(&stops);
  for (const int signal : {SIGTSTP, SIGTTIN, SIGTTOU}) sigaddset(&stops, signal);
  sigprocmask(SIG_UNBLOCK, &stops, nullptr);
}

void listen(const Fd& supervisor, Heard& heard) {
  pollfd ready{supervisor.get(), POLLIN, 0};
  while (!heard.end && !heard.lost && poll(&ready, 1, 0) > 0) {
    FrontMessage message;
    if (!receive_front_message(supervisor, message))
      heard.lost = true;
    else if (message.kind == FrontMessage::Kind::ended)
      heard.end = message.value;
    else if (message.kind == FrontMessage::Kind::stopped)
      heard.stops = message.value;
    else if (message.kind == FrontMessage::Kind::left)
      stop_by_itself();
  }
}

// Works because we are a subreaper: the supervisor's children are now ours. Doesn't wait for those that can't die.
void end_orphans() {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  constexpr timespec patience{1, 0};
  do kill_descendants([] { return std::max(waitpid(-1, nullptr, WNOHANG), 0); });
  while (waitpid(-1, nullptr, WNOHANG) >= 0 && sigtimedwait(&child, nullptr, &patience) == SIGCHLD);
}

int end_alone(const AuditTarget& audit, WhenAlone then) {
  if (then == WhenAlone::end_command) end_orphans();
  complain(then == WhenAlone::end_command
               ? "the supervisor has ended unexpectedly; the command was killed"
               : "the supervisor has ended unexpectedly; supervised calls of the command now fail (ENOSYS)");
  recover_audit(audit);
  return own_failure;
}

}  // namespace

bool send_front_message(const Fd& socket, FrontMessage message) {
  return send(socket.get(), &message, sizeof message, MSG_NOSIGNAL) == sizeof message;
}

bool receive_front_message(const Fd& socket, FrontMessage& message) {
  ssize_t got;
  // If the other side ends before it has read all that we sent, we get ECONNRESET once, before its last messages.
  do got = recv(socket.get(), &message, sizeof message, 0);
  while (got < 0 && (errno == EINTR || errno == ECONNRESET));
  return got == sizeof message;
}

FrontProcess::FrontProcess() : pid_(getpid()), pidfd_(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0))) {}

void FrontProcess::send(int signal) const {
  if (pidfd_)
    syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
  else if (getppid() == pid_)  // if pidfd_open is refused
    kill(pid_, signal);
}

void FrontProcess::see_off() const {
  constexpr int look_again_ms = 20;
  pollfd ended{pidfd_.get(), POLLIN, 0};
  do {
    const auto now = process_state(pid_);
    if (!now || now->state == 't') return;
    if (now->state == 'T') send(SIGCONT);
  } while (pidfd_ && poll(&ended, 1, look_again_ms) == 0);
}

int stand_for_command(Fd supervisor, pid_t supervisor_pid, const AuditTarget& audit, WhenAlone then) {
  sigset_t all;
  sigfillset(&all);
  Fd signals(signalfd(-1, &all, SFD_CLOEXEC));
  close_all_but({STDERR_FILENO, supervisor.get(), signals.get()});
  pollfd ready[] = {{supervisor.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
  Heard heard;
  for (;;) {
    if (poll(ready, 2, -1) < 0) continue;
    // First the messages, then the signals: a continuation that belongs to an earlier stop must not undo a later one.
    // A stop takes back a pending SIGCONT (signal(7)).
    listen(supervisor, heard);
    if (heard.end) return die_like(*heard.end);
    if (heard.lost) return end_alone(audit, then);
    signalfd_siginfo info;
    if (ready[1].revents == 0 || read(signals.get(), &info, sizeof info) != sizeof info) continue;
    const int signal = static_cast<int>(info.ssi_signo);
    const pid_t sender = static_cast<pid_t>(info.ssi_pid);
    // `fg` continues the whole group; `kill -CONT` perhaps this process alone.
    if (signal == SIGCONT && sender != supervisor_pid)
      send_front_message(supervisor, {FrontMessage::Kind::continued, heard.stops});
    if (is_for_command(info)) send_front_message(supervisor, {FrontMessage::Kind::signal, signal, sender});
  }
}

}  // namespace scsup

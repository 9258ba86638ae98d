#include "supervisor/command/front.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "supervisor/command/clean_fds.h"
#include "supervisor/command/command.h"

namespace scsup {

namespace {

// The terminal sends its signals to the whole foreground group, the command included, but tells of its end
// the session's leader alone. Those and what somebody sent to this process have to be passed on.
bool is_for_command(const signalfd_siginfo& info) {
  const bool hung_up = info.ssi_signo == SIGHUP && getsid(0) == getpid();
  const bool from_terminal = info.ssi_code == SI_KERNEL && !hung_up;
  return !from_terminal && info.ssi_signo != SIGCHLD && info.ssi_signo != SIGCONT;
}

int die_like(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  const int signal = WTERMSIG(status);
  prctl(PR_SET_DUMPABLE, 0);  // the core is the command's, one is enough
  ::signal(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  raise(signal);
  sigprocmask(SIG_UNBLOCK, &only, nullptr);
  return 128 + signal;
}

void stop_like_the_command(const Fd& supervisor, std::int32_t stop) {
  raise(SIGSTOP);
  // Continued. `fg` has continued the whole group; `kill -CONT` perhaps this process alone.
  send_front_message(supervisor, {FrontMessage::Kind::continued, stop});
}

}  // namespace

bool send_front_message(const Fd& socket, FrontMessage message) {
  return send(socket.get(), &message, sizeof message, MSG_NOSIGNAL) == sizeof message;
}

bool receive_front_message(const Fd& socket, FrontMessage& message) {
  ssize_t got;
  // Who ends before it has read all that we sent leaves us ECONNRESET, once, before its own last words.
  do got = recv(socket.get(), &message, sizeof message, 0);
  while (got < 0 && (errno == EINTR || errno == ECONNRESET));
  return got == sizeof message;
}

int stand_for_command(Fd supervisor, const AuditTarget& audit) {
  sigset_t all;
  sigfillset(&all);
  Fd signals(signalfd(-1, &all, SFD_CLOEXEC));
  close_all_but({STDERR_FILENO, supervisor.get(), signals.get()});
  pollfd ready[] = {{supervisor.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
  for (;;) {
    if (poll(ready, 2, -1) < 0) continue;
    if (ready[0].revents != 0) {
      FrontMessage message;
      if (!receive_front_message(supervisor, message)) {
        complain("the supervisor has ended unexpectedly; supervised calls of the command now fail (ENOSYS)");
        recover_audit(audit);
        return own_failure;
      }
      if (message.kind == FrontMessage::Kind::ended) return die_like(message.value);
      if (message.kind == FrontMessage::Kind::stopped) stop_like_the_command(supervisor, message.value);
    }
    signalfd_siginfo info;
    if (ready[1].revents != 0 && read(signals.get(), &info, sizeof info) == sizeof info &&
        is_for_command(info))
      send_front_message(supervisor, {FrontMessage::Kind::signal, static_cast<std::int32_t>(info.ssi_signo)});
  }
}

}  // namespace scsup

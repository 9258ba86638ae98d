#include "supervisor/command/command_watch.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/command/descendants.h"

namespace scsup {

namespace {

bool stops_a_process(int signal) { return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU; }

}  // namespace

CommandWatch::CommandWatch(pid_t command, const Fd& front, const FrontProcess& front_process,
                           std::function<void()> ended)
    : command_(command), front_(front), front_process_(front_process), ended_(std::move(ended)) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGTERM);
  signals_.reset(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

Source::Next CommandWatch::serve(std::uint32_t, Lead&) {
  signalfd_siginfo info;
  while (read(signals_.get(), &info, sizeof info) == sizeof info)
    if (info.ssi_signo == SIGTERM && front_is_gone_) all_must_end_ = true;
  look();
  return Next::again;
}

void CommandWatch::look() {
  if (all_must_end_) kill_descendants([this] { return reap_one(); });
  while (reap_one() != 0) {
  }
}

pid_t CommandWatch::reap_one() {
  int status;
  const pid_t pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED);
  if (pid == command_ && !over_) follow(status);  // later an adopted process may have its number
  return pid > 0 ? pid : 0;
}

// The stop or continuation may come from anybody; the command may also have been killed while it was stopped. An
// unneeded SIGCONT would do harm: it takes back the stop that a debugger's PTRACE_ATTACH waits for.
void CommandWatch::follow(int status) {
  if (WIFSTOPPED(status)) {
    send_front_message(front_, {FrontMessage::Kind::stopped, ++stops_});
    front_process_.send(SIGSTOP);
  } else if (stopped_) {
    front_process_.send(SIGCONT);
  }
  stopped_ = WIFSTOPPED(status);
  if (WIFEXITED(status) || WIFSIGNALED(status)) end(status);
}

void CommandWatch::end(int status) {
  status_ = status;
  over_ = true;
  send_front_message(front_, {FrontMessage::Kind::left});
  ended_();
}

void CommandWatch::pass_on(int signal, pid_t sender) {
  look();
  // A signal from the command to its whole group has reached the command already, and a stopped command needs no
  // second stop: that would still be pending when it continues.
  const bool has_it = sender == command_ || (stopped_ && stops_a_process(signal));
  if (!over_ && !has_it) kill(command_, signal);  // not reaped yet: the number is still its own
}

void CommandWatch::go_on_after(std::int32_t stop) {
  look();
  if (!over_ && stopped_ && stop == stops_) kill(command_, SIGCONT);
}

void CommandWatch::end_all() {
  all_must_end_ = true;
  look();
}

Source::Next FrontLine::serve(std::uint32_t, Lead&) {
  FrontMessage message;
  if (!receive_front_message(front_, message)) {
    command_.front_is_gone();
    if (then_ == AtItsEnd::end_all) command_.end_all();
    return Next::done;
  }
  if (message.kind == FrontMessage::Kind::signal) command_.pass_on(message.value, message.sender);
  if (message.kind == FrontMessage::Kind::continued) command_.go_on_after(message.value);
  return Next::again;
}

Source::Next ParentWatch::serve(std::uint32_t, Lead&) {
  front_process_.send(SIGKILL);
  return Next::done;
}

}  // namespace scsup

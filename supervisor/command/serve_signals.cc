#include "supervisor/command/serve_signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/say.h"

namespace scsup {

ServeSignals::ServeSignals(Loop& loop, AtEnd at_end, Reception& reception, Reloads& reloads,
                           const NotifySocket& manager, std::function<void()> close_doors)
    : loop_(loop),
      at_end_(at_end),
      reception_(reception),
      reloads_(reloads),
      manager_(manager),
      close_doors_(std::move(close_doors)) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  signals_.reset(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

Source::Next ServeSignals::serve(std::uint32_t, Lead&) {
  signalfd_siginfo info;
  while (read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGHUP)
      reloads_.request();
    else
      end();
  }
  return Next::again;
}

void ServeSignals::end() {
  const std::size_t left = reception_.sessions().size();
  const std::string sessions = left == 1 ? "1 session" : std::to_string(left) + " sessions";
  close_doors_();
  if (at_end_ == AtEnd::wait && left != 0 && !waiting_.exchange(true)) {
    const std::string words = "ending: waiting for " + sessions;
    say(Severity::notice, words + "; a second signal leaves them");
    manager_.stopping(words);
    return;
  }
  if (left != 0)
    say(Severity::warning,
        "ending: leaving " + sessions + ", whose supervised calls fail from now on (ENOSYS)");
  manager_.stopping("ending");
  loop_.stop();
}

void ServeSignals::nobody_left() {
  if (waiting_) loop_.stop();
}

}  // namespace scsup

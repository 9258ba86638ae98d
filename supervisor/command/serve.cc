// scsup serve: the supervisor alone; agents bring their listeners over a unix socket.
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>

#include "base/socket.h"
#include "supervisor/command/clean_fds.h"
#include "supervisor/command/options.h"
#include "supervisor/command/supervise.h"
#include "supervisor/seccomp/kernel.h"

namespace scsup {

namespace {

const std::vector<Option> options = {
    {"socket", "PATH", "the socket that agents connect to; created with mode 0600"},
    {"policy", "FILE", "the policy for all of them"},
    {"audit", "FILE",
     "where each call is recorded; - is standard output, none is nowhere (default: $SCSUP_AUDIT, else "
     "~/.local/state/scsup/audit.jsonl)"},
    {"quiet", nullptr, "say nothing but errors"},
};
constexpr const char* usage =
    "Usage: scsup serve --socket PATH --policy FILE [OPTION...]\n"
    "\n"
    "Supervises commands that scsup-agent starts: scsup-agent --socket PATH -- CMD. Ends on SIGTERM or\n"
    "SIGINT; supervised calls of targets that still run then fail with ENOSYS.\n";

// Takes agents in. Only the same user and root may attach.
class Door : public Source {
 public:
  Door(Fd listening, Supervisor& supervisor) : listening_(std::move(listening)), supervisor_(supervisor) {}
  int fd() const override { return listening_.get(); }
  Next serve(std::uint32_t, Lead&) override {
    auto agent = accept_unix(listening_, Blocking::no);
    if (!agent) {
      if (agent.error().err != EAGAIN) complain(agent.error().text());
      return Next::again;
    }
    const auto peer = peer_of(*agent);
    if (!peer || (peer->uid != geteuid() && peer->uid != 0)) {
      (void)send_packet(
          *agent,
          handshake::encode(handshake::Refused{"only the supervisor's own user and root may attach"}));
      return Next::again;
    }
    supervisor_.admit(std::move(*agent), *peer);
    return Next::again;
  }

 private:
  Fd listening_;
  Supervisor& supervisor_;
};

class EndSignals : public Source {
 public:
  explicit EndSignals(Loop& loop) : loop_(loop) {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    signals_.reset(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  int fd() const override { return signals_.get(); }
  Next serve(std::uint32_t, Lead&) override {
    loop_.stop();
    return Next::done;
  }

 private:
  Loop& loop_;
  Fd signals_;
};

}  // namespace

int command_serve(const Arguments& arguments) {
  reserve_standard_fds();
  try {
    const Options given(arguments, options);
    if (given.has("help")) {
      std::fputs(help(usage, options).c_str(), stdout);
      return 0;
    }
    if (!given.value("socket")) throw UsageError("--socket PATH is missing");
    if (!given.value("policy")) throw UsageError("--policy FILE is missing");
    if (!given.rest().empty()) throw UsageError("'" + given.rest().front() + "' is not expected here");
    auto policy = load_policy(*given.value("policy"));
    if (!policy) return own_failure;
    auto audit = open_audit(given.value("audit"));
    if (!audit) throw std::runtime_error(audit.error().text() + " (see --audit)");
    KernelFeatures kernel = probe_kernel();
    kernel.quiet = given.has("quiet");
    if (!given.has("quiet"))
      for (const std::string& fallback : kernel.fallbacks) complain(fallback);
    auto listening = listen_unix(*given.value("socket"));
    if (!listening) throw std::runtime_error(listening.error().text());

    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);  // before there are threads, which inherit it
    Supervisor supervisor(std::move(*policy), std::move(*audit), arguments, kernel, [] {});
    supervisor.loop().add(std::make_shared<EndSignals>(supervisor.loop()));
    supervisor.loop().add(std::make_shared<Door>(std::move(*listening), supervisor));
    if (!given.has("quiet")) complain("serving '" + policy->name() + "' at '" + *given.value("socket") + "'");
    auto result = supervisor.run();
    unlink(given.value("socket")->c_str());
    if (!result) complain(result.error().text());
    std::fflush(nullptr);
    _exit(result ? 0 : own_failure);  // threads that are stuck in the kernel are not waited for
  } catch (const UsageError& error) {
    complain(std::string(error.what()) + "; try 'scsup serve --help'");
    return own_failure;
  }
}

}  // namespace scsup

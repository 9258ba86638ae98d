// scsup serve: one supervisor for the targets of a machine.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>

#include "base/say.h"
#include "cli/options.h"
#include "supervisor/command/clean_fds.h"
#include "supervisor/command/doors.h"
#include "supervisor/command/serve_settings.h"
#include "supervisor/command/serve_signals.h"
#include "supervisor/command/supervise.h"
#include "supervisor/control/door.h"
#include "supervisor/service/directory_watch.h"
#include "supervisor/service/notify.h"
#include "supervisor/service/reloads.h"
#include "supervisor/service/running_service.h"
#include "supervisor/service/watchdog.h"

namespace scsup {

namespace {

constexpr const char* serve_usage =
    "Usage: scsup serve [--config FILE] [--policies DIR] [--socket PATH] [--oci-socket PATH]\n"
    "                   [--control PATH] [--audit FILE] [--threads N]\n"
    "       scsup serve --socket PATH --policy FILE [--audit FILE]\n"
    "\n"
    "Supervises containers, whose runtimes hand their listeners over, and commands that scsup-agent\n"
    "starts. Ends on SIGTERM or SIGINT, reads its policies again on SIGHUP. See scsup-serve(8).\n";

// Each session has a few descriptors and there may be thousands.
void use_all_descriptors() {
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return;
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);
}

// Reads the policies before the first target comes. False: no target could be served.
bool read_policies(Supervisor& supervisor) {
  Catalogue& catalogue = supervisor.catalogue();
  if (catalogue.is_single()) return true;
  auto readings = catalogue.read_all();
  for (auto& reading : readings)
    for (const std::string& mistake : reading.mistakes) say_line(Severity::error, mistake);
  catalogue.put(readings);
  for (const auto& reading : readings)
    if (reading.edition) supervisor.log().policy(reading.edition->policy_record());
  if (catalogue.names().empty()) {
    complain("there is no usable policy in '" + catalogue.directory() +
             "'; see --policies in scsup serve --help");
    return false;
  }
  if (!catalogue.fallback().empty() && !catalogue.find("")) {
    complain("the default policy '" + catalogue.fallback() + "' can't be used");
    return false;
  }
  return true;
}

std::string status_of(const Supervisor& supervisor) {
  return std::to_string(supervisor.reception().sessions().size()) + " sessions, " +
         std::to_string(supervisor.catalogue().names().size()) + " policies";
}

int serve(ServeSettings& settings, const Arguments& arguments) {
  const NotifySocket manager = NotifySocket::from_environment().value_or(NotifySocket());
  const auto watchdog_interval = take_watchdog_interval();
  use_all_descriptors();
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);  // before there are threads, which inherit it

  const Config& config = settings.config;
  const std::string greeting = settings.greeting();  // before its parts are moved away
  ServeSignals* signals_told = nullptr;
  Supervisor supervisor(
      std::move(settings.catalogue), std::move(settings.audit), arguments, settings.kernel,
      [&] {
        if (signals_told) signals_told->nobody_left();
      },
      config.threads);
  supervisor.reception().ask_before_attaching([&config](const Peer& peer, const std::string& policy) {
    return config.may_attach(caller_of(peer), policy);
  });
  supervisor.reception().ask_before_bringing(
      [&config](const Peer& peer) { return config.may_bring_policy(caller_of(peer)); });
  if (!read_policies(supervisor)) return own_failure;

  Loop& loop = supervisor.loop();
  RunningService service(supervisor.reception(),
                         [&config](const Peer& peer) { return config.may_control(caller_of(peer)); });
  Reloads reloads(service, supervisor.workers(), manager, [&supervisor] { return status_of(supervisor); });
  std::vector<std::shared_ptr<Door>> doors;
  const auto open_door = [&](ServiceSockets::Socket& socket, Door::For whom) {
    if (!socket.fd) return;
    doors.push_back(std::make_shared<Door>(std::move(socket.fd), whom, supervisor));
    loop.add(doors.back());
  };
  auto signals =
      std::make_shared<ServeSignals>(loop, config.at_end, supervisor.reception(), reloads, manager, [&doors] {
        for (auto& door : doors) door->close();
      });
  signals_told = signals.get();
  loop.add(signals);
  std::shared_ptr<DirectoryWatch> watch;
  if (auto watched = watch_policies(supervisor.catalogue(), reloads)) {
    watch = std::move(*watched);
    loop.add(watch);
  } else {
    say(Severity::warning, watched.error().text() + "; changed policies take effect after scsup reload");
  }
  if (watchdog_interval)
    if (auto pulses = Watchdog::sources(manager, *watchdog_interval, supervisor.loops().size()))
      for (std::size_t i = 0; i < pulses->size(); ++i) supervisor.loops()[i]->add((*pulses)[i]);
  open_door(settings.sockets.agent, Door::For::agents);
  open_door(settings.sockets.oci, Door::For::runtimes);
  if (settings.sockets.control.fd)
    loop.add(std::make_shared<control::Door>(std::move(settings.sockets.control.fd), loop,
                                             supervisor.workers(), service));

  const auto started = supervisor.start();
  if (started && !settings.quiet) {
    say(Severity::info, greeting);
    if (loop.engine() != "io_uring")
      say(Severity::info, "events come by " + std::string(loop.engine()) + ", as io_uring is refused here");
  }
  if (started) manager.ready(status_of(supervisor));
  const auto ended = supervisor.wait();
  const auto& result = started ? ended : started;
  settings.sockets.remove();
  if (!result) complain(result.error().text());
  std::fflush(nullptr);
  _exit(result ? 0 : own_failure);  // doesn't wait for threads that are stuck in the kernel
}

}  // namespace

int command_serve(const Arguments& arguments) {
  reserve_standard_fds();
  try {
    const Options given(arguments, serve_options());
    if (given.has("help")) {
      std::fputs(help(serve_usage, serve_options()).c_str(), stdout);
      return 0;
    }
    auto settings = read_serve_settings(given);
    if (!settings) return own_failure;
    return serve(*settings, arguments);
  } catch (const UsageError& error) {
    complain(std::string(error.what()) + "; try 'scsup serve --help'");
    return own_failure;
  }
}

}  // namespace scsup

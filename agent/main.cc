// scsup-agent: runs a command under a supervisor that serves a socket.
#include <getopt.h>

#include <cstdio>
#include <exception>

#include "agent/agent.h"
#include "agent/last_words.h"
#include "base/socket.h"

namespace {

using namespace scsup;

constexpr char help[] =
    "Usage: scsup-agent --socket PATH [--policy NAME | --policy-file FILE] [--] CMD [ARG...]\n"
    "Run CMD under the supervisor that serves PATH (scsup serve --socket PATH ...).\n"
    "\n"
    "  --socket PATH   the supervisor's unix socket\n"
    "  --policy NAME   which of its policies to run under; its default if not given\n"
    "  --policy-file FILE   a policy of your own, if the supervisor lets you bring one\n"
    "  --help          print this and exit\n"
    "  --version       print the version and exit\n"
    "\n"
    "CMD is looked for in $PATH unless it has a slash. `--` is needed only where CMD starts with `-`.\n"
    "CMD keeps this process's id, environment, directory, descriptors and signals.\n"
    "\n"
    "Exit status: CMD's own, or\n"
    "  125   the agent failed, or the supervisor refused\n"
    "  126   CMD is not executable, or running it is denied\n"
    "  127   CMD was not found\n";

[[noreturn]] void misused(const std::string& what) {
  agent::end(agent::exit_own_failure, what + "; try 'scsup-agent --help'");
}

struct Options {
  std::string socket;
  agent::Command command;
};

Options parse(int argc, char** argv) {
  const option known[] = {
      {"socket", required_argument, nullptr, 's'},      {"policy", required_argument, nullptr, 'p'},
      {"policy-file", required_argument, nullptr, 'f'}, {"help", no_argument, nullptr, 'h'},
      {"version", no_argument, nullptr, 'v'},           {}};
  Options options;
  opterr = 0;
  // "+": the first word that is no option starts CMD. ":": tells a missing value from an unknown option.
  for (int found; (found = ::getopt_long(argc, argv, "+:", known, nullptr)) != -1;) {
    switch (found) {
      case 's':
        options.socket = optarg;
        break;
      case 'p':
        options.command.policy = optarg;
        break;
      case 'f':
        options.command.policy_file = optarg;
        break;
      case 'h':
        std::fputs(help, stdout);
        std::exit(std::fflush(stdout) == 0 ? 0 : agent::exit_own_failure);
      case 'v':
        std::puts("scsup-agent " SCSUP_VERSION);
        std::exit(std::fflush(stdout) == 0 ? 0 : agent::exit_own_failure);
      case ':':
        misused(std::string("'") + argv[optind - 1] + "' needs a value");
      default:
        misused(std::string("cannot use the option '") + argv[optind - 1] + "'");
    }
  }
  if (options.socket.empty()) misused("no --socket was given");
  if (!options.command.policy.empty() && !options.command.policy_file.empty())
    misused("--policy names one of the supervisor's, --policy-file brings another: give one of them");
  if (optind == argc) misused("no command was given");
  options.command.argv.assign(argv + optind, argv + argc);
  return options;
}

}  // namespace

int main(int argc, char** argv) try {
  const Options options = parse(argc, argv);
  auto socket = connect_unix(options.socket);
  if (!socket) {
    const bool nobody = socket.error().err == ENOENT || socket.error().err == ECONNREFUSED;
    agent::end(agent::exit_own_failure, socket.error().text() +
                                            (nobody ? "; start 'scsup serve' with that socket first" : "") +
                                            "; '" + options.command.argv.front() + "' was not run");
  }
  agent::run(std::move(*socket), options.command);
} catch (const std::exception& error) {
  agent::end(agent::exit_own_failure, error.what());
}

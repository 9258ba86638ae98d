// scsup: picks the command. The only place where an exception is caught.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>

#include "cli/options.h"
#include "supervisor/command/command.h"

namespace {

constexpr const char* usage =
    "Usage: scsup [run] --policy FILE [OPTION...] [--] CMD [ARG...]\n"
    "       scsup policy check FILE...\n"
    "       scsup policy show FILE\n"
    "       scsup syscalls [--json]\n"
    "       scsup serve --socket PATH --policy FILE [--audit FILE]\n"
    "       scsup ps | inspect SESSION | top | reload [NAME...] | kill SESSION\n"
    "\n"
    "Runs a command under a policy: a seccomp filter decides what it can, and scsup decides,\n"
    "performs and records the rest.\n"
    "\n"
    "  run        run CMD under a policy (the default)\n"
    "  policy     check policies, or show what one does with each system call\n"
    "  syscalls   the system calls that scsup knows, and which ones it emulates\n"
    "  serve      supervise commands started by scsup-agent\n"
    "  ps, top    what a running `serve` supervises, now and live; inspect, kill: one session\n"
    "  reload     make it read its policies again; policy set: change one session's\n"
    "\n"
    "Each command takes --help. scsup --version prints the version.\n"
    "See scsup(1), scsup-policy(5), scsup-control(7). A first try, in scsup's source tree:\n"
    "  scsup --policy policies/no-mkdir.json -- mkdir /tmp/demo\n";

int dispatch(scsup::Arguments arguments) {
  using scsup::Arguments;
  const std::map<std::string, int (*)(const Arguments&)> commands = {
      {"run", scsup::command_run},       {"serve", scsup::command_serve},
      {"policy", scsup::command_policy}, {"syscalls", scsup::command_syscalls},
      {"ps", scsup::command_ps},         {"inspect", scsup::command_inspect},
      {"top", scsup::command_top},       {"reload", scsup::command_reload},
      {"kill", scsup::command_kill}};
  if (arguments.empty()) {
    std::fputs(usage, stderr);
    return scsup::own_failure;
  }
  if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    std::fputs(usage, stdout);
    return 0;
  }
  if (arguments[0] == "--version") {
    std::puts("scsup " SCSUP_VERSION);
    return 0;
  }
  if (const auto command = commands.find(arguments[0]); command != commands.end()) {
    arguments.erase(arguments.begin());
    return command->second(arguments);
  }
  return scsup::command_run(arguments);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int status = dispatch(scsup::Arguments(argv + 1, argv + argc));
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
    scsup::complain("cannot write to standard output: " + std::string(std::strerror(errno)));
    return scsup::own_failure;
  } catch (const std::exception& error) {
    scsup::complain(error.what());
    return scsup::own_failure;
  }
}

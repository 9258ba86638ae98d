// scsup: picks the command.
#include "cli/program.h"
#include "supervisor/command/command.h"

namespace {

constexpr const char* usage =
    "Usage: scsup [run] --policy FILE [OPTION...] [--] CMD [ARG...]\n"
    "       scsup policy check FILE...\n"
    "       scsup policy show FILE\n"
    "       scsup syscalls [--json]\n"
    "       scsup serve --socket PATH --policy FILE [--audit FILE]\n"
    "       scsup ps | inspect SESSION | top | reload [NAME...] | kill SESSION\n"
    "       scsup orphans [--json]\n"
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
    "  orphans    runs that go on although their scsup was killed\n"
    "\n"
    "Each command takes --help. scsup --version prints the version.\n"
    "See scsup(1), scsup-policy(5), scsup-control(7). A first try, in scsup's source tree:\n"
    "  scsup --policy policies/no-mkdir.json -- mkdir /tmp/demo\n";

}  // namespace

int main(int argc, char** argv) {
  using namespace scsup;
  return run_program({"scsup",
                      usage,
                      {{"run", command_run},
                       {"serve", command_serve},
                       {"policy", command_policy},
                       {"syscalls", command_syscalls},
                       {"ps", command_ps},
                       {"inspect", command_inspect},
                       {"top", command_top},
                       {"reload", command_reload},
                       {"kill", command_kill},
                       {"orphans", command_orphans}},
                      command_run},
                     argc, argv);
}

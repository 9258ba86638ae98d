// scsup-audit: picks the command.
#include "analysis/command.h"
#include "cli/program.h"

namespace {

constexpr const char* usage =
    "Usage: scsup-audit COMMAND [OPTION...] [LOG...]\n"
    "\n"
    "What happened under scsup, from its audit log.\n"
    "\n"
    "  summary    how many calls, what was decided, how long it took; by call, path, program, rule...\n"
    "  show       calls, a line each, or whole\n"
    "  tail       the last calls, and those that come\n"
    "  tree       processes with their calls\n"
    "  timeline   calls over time, drawn\n"
    "  why        which part of the policy decided a call, and which nearly did\n"
    "  suggest    the smallest change of the policy that would allow a call, as a patch\n"
    "  replay     each call judged by another policy: what changes\n"
    "  coverage   the policy with how often each rule decided\n"
    "  profile    a Docker/OCI profile that allows what was done\n"
    "  report     all of it as one HTML file\n"
    "  diff       what was decided differently in another log\n"
    "  merge      one log of several\n"
    "  export     for other programs: ocsf, ecs, csv, sqlite\n"
    "  verify     is the log whole, and as it was written?\n"
    "  keygen     makes the key that a log is sealed with\n"
    "\n"
    "LOG: a file, a directory of segments, the control socket of a service, - for standard input. Without "
    "one:\n"
    "where scsup writes. Each command takes --help, --json, and options that choose calls.\n"
    "Exit status: 1 when a part of the log could not be read, 125 when all went wrong.\n";

}  // namespace

int main(int argc, char** argv) {
  using namespace scsup;
  return run_program({"scsup-audit",
                      usage,
                      {{"diff", analysis::command_diff},
                       {"export", analysis::command_export},
                       {"merge", analysis::command_merge},
                       {"show", analysis::command_show},
                       {"summary", analysis::command_summary},
                       {"tail", analysis::command_tail},
                       {"timeline", analysis::command_timeline},
                       {"tree", analysis::command_tree},
                       {"why", analysis::command_why},
                       {"suggest", analysis::command_suggest},
                       {"replay", analysis::command_replay},
                       {"coverage", analysis::command_coverage},
                       {"profile", analysis::command_profile},
                       {"verify", analysis::command_verify},
                       {"keygen", analysis::command_keygen},
                       {"report", analysis::command_report}}},
                     argc, argv);
}

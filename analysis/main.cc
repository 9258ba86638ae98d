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
    "  verify     is the log whole, and as it was written?\n"
    "  keygen     makes the key that a log is sealed with\n"
    "  report     all of it as one HTML file\n"
    "\n"
    "LOG: a file, a directory of segments, - for standard input; zstd is read too. Without one: where scsup\n"
    "writes. Each command takes --help, --json, and options that choose calls.\n"
    "Exit status: 1 when a part of the log could not be read, 125 when all went wrong.\n";

}  // namespace

int main(int argc, char** argv) {
  using namespace scsup;
  return run_program({"scsup-audit",
                      usage,
                      {{"summary", analysis::command_summary},
                       {"show", analysis::command_show},
                       {"verify", analysis::command_verify},
                       {"keygen", analysis::command_keygen},
                       {"report", analysis::command_report}}},
                     argc, argv);
}

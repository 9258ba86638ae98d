// scsup policy check, scsup policy show; set is a client of the control socket (client/reload.cc).
#include <cstdio>

#include "supervisor/command/options.h"
#include "supervisor/command/supervise.h"

namespace scsup {

namespace {

constexpr const char* usage =
    "Usage: scsup policy check FILE...    exit status 0, or one line per mistake and 1\n"
    "       scsup policy show FILE        what happens to each system call on each ABI\n"
    "       scsup policy set SESSION FILE    another policy for a session of a running supervisor\n"
    "\n"
    "See scsup-policy(5) for what a policy says.\n";

// Parses and builds, printing every remark. False: there were errors.
bool check(const std::string& file, std::FILE* out) {
  auto policy = read_policy_file(file);
  if (!policy) {
    std::fprintf(out, "%s: error: %s\n", file.c_str(), policy.error().text().c_str());
    return false;
  }
  Diagnostics remarks = policy->parsed.diagnostics;
  if (!has_errors(remarks)) {
    const Built built = build(policy->parsed.document, file, own_environment());
    remarks.insert(remarks.end(), built.diagnostics.begin(), built.diagnostics.end());
  }
  for (const Diagnostic& remark : remarks) std::fprintf(out, "%s\n", render(file, remark).c_str());
  return !has_errors(remarks);
}

int check_all(const Arguments& files) {
  bool fine = true;
  for (const std::string& file : files) fine = check(file, stdout) && fine;
  return fine ? 0 : 1;
}

int show_one(const std::string& file) {
  if (!check(file, stderr)) return 1;
  auto policy = read_policy_file(file);
  if (!policy) return own_failure;
  std::fputs(show(policy->parsed.document, file, own_environment()).c_str(), stdout);
  return 0;
}

}  // namespace

int command_policy(const Arguments& arguments) {
  const std::string verb = arguments.empty() ? "" : arguments[0];
  if (verb == "--help" || verb == "-h") {
    std::fputs(usage, stdout);
    return 0;
  }
  try {
    if (verb.empty())
      throw UsageError("one of 'check FILE...', 'show FILE' and 'set SESSION FILE' is expected");
    if (verb == "set") return command_policy_set(Arguments(arguments.begin() + 1, arguments.end()));
    if (verb != "check" && verb != "show") throw UsageError("there is no command 'policy " + verb + "'");
    const Arguments files(arguments.begin() + 1, arguments.end());
    if (files.empty()) throw UsageError("the FILE is missing");
    if (verb == "check") return check_all(files);
    if (files.size() > 1) throw UsageError("'" + files[1] + "' is not expected here");
    return show_one(files[0]);
  } catch (const UsageError& error) {
    complain(std::string(error.what()) + "; try 'scsup policy --help'");
    return own_failure;
  }
}

}  // namespace scsup

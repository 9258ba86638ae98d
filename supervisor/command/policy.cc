// scsup policy check, scsup policy show, scsup policy oci; set is a client of the control socket
// (client/reload.cc).
#include <cstdio>

#include "cli/options.h"
#include "supervisor/command/supervise.h"
#include "supervisor/policy/document/enclosed.h"
#include "supervisor/policy/engines/engine_profile.h"
#include "supervisor/policy/text/json_text.h"

namespace scsup {

namespace {

constexpr const char* policy_usage =
    "Usage: scsup policy check FILE...    exit status 0, or one line per mistake and 1\n"
    "       scsup policy show FILE        what happens to each system call on each ABI\n"
    "       scsup policy oci FILE [--listener PATH] [--metadata TEXT]\n"
    "                                     the profile for docker, podman and runc\n"
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

const std::vector<Option> oci_options = {
    {"listener", "PATH", "the socket where the supervisor waits for listeners"},
    {"metadata", "TEXT", "what the supervisor is told with the listener"}};
constexpr const char* default_listener = "/run/scsup/oci.sock";

int make_profile(const Arguments& arguments) {
  // FILE may stand before the options.
  const Options before(arguments, oci_options);
  Arguments rest = before.rest();
  if (rest.empty()) throw UsageError("the FILE is missing");
  const std::string file = rest.front();
  rest.erase(rest.begin());
  const Options after(rest, oci_options);
  if (!after.rest().empty()) throw UsageError("'" + after.rest().front() + "' is not expected here");
  const auto value = [&](const char* name) {
    const auto first = before.value(name);
    return first ? first : after.value(name);
  };

  if (!check(file, stderr)) return 1;
  auto policy = read_policy_file(file);
  if (!policy) return own_failure;
  Diagnostics none;
  const auto tree = read_policy_tree(policy->text, none);
  if (!tree) return own_failure;
  EngineProfile made = engine_profile(policy->parsed.document, *tree, file, own_environment());
  for (const Diagnostic& remark : made.remarks) std::fprintf(stderr, "%s\n", render(file, remark).c_str());
  if (!made.json) return 1;
  Json& profile = *made.json;
  const auto listener = value("listener"), metadata = value("metadata");
  if (listener || !profile.find("listenerPath"))
    set(profile, "listenerPath", json_string(listener.value_or(default_listener)));
  if (metadata || !profile.find("listenerMetadata"))
    set(profile, "listenerMetadata", json_string(metadata.value_or("policy=" + policy->name())));
  std::fputs(json_page(profile).c_str(), stdout);
  return 0;
}

}  // namespace

int command_policy(const Arguments& arguments) {
  const std::string verb = arguments.empty() ? "" : arguments[0];
  if (verb == "--help" || verb == "-h") {
    std::fputs(policy_usage, stdout);
    return 0;
  }
  try {
    if (verb.empty())
      throw UsageError("one of 'check FILE...', 'show FILE', 'oci FILE' and 'set SESSION FILE' is expected");
    if (verb == "set") return command_policy_set(Arguments(arguments.begin() + 1, arguments.end()));
    if (verb != "check" && verb != "show" && verb != "oci")
      throw UsageError("there is no command 'policy " + verb + "'");
    const Arguments files(arguments.begin() + 1, arguments.end());
    if (verb == "oci") return make_profile(files);
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

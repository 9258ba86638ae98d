// scsup-audit profile: a Docker/OCI profile that allows what was done.
#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "analysis/command.h"
#include "analysis/explain/observed_profile.h"
#include "analysis/explain/trial_run.h"
#include "analysis/read/reading.h"
#include "base/say.h"

namespace scsup::analysis {
namespace {

constexpr const char* profile_usage =
    "Usage: scsup-audit profile [OPTION...] [LOG...]\n"
    "       scsup-audit profile --verify [OPTION...] [LOG...] -- CMD [ARG...]\n"
    "\n"
    "A seccomp profile for docker, podman and runc that allows the calls that the log shows to have been\n"
    "allowed, and what runc and crun need themselves. What a filter let through isn't in a log: record with\n"
    "\"supervise\": {\"audit\": \"all\"}, or the profile is too narrow, and stderr says so. LOG as for "
    "summary.\n";

std::string list(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// What users of the profile have to know, a sentence each.
std::vector<std::string> warnings(const ObservedCalls& calls) {
  std::vector<std::string> said;
  const std::string record_all =
      "record again with \"supervise\": {\"audit\": \"all\"} in the policy to have every call in the log";
  for (const std::string& file : calls.open)
    said.push_back(
        "this profile is TOO NARROW: the filter of " + file +
        " let through, without a record, whatever the policy doesn't name, so nobody knows what of that "
        "the program did; " +
        record_all);
  if (calls.policies == 0)
    said.push_back(
        "the log holds no policy: what its filter let through without a record isn't known, and isn't "
        "in this profile; " +
        record_all);
  if (!calls.by_filter.empty())
    said.push_back("this profile may be wider than needed: " + std::to_string(calls.by_filter.size()) +
                   " calls were let through by a filter, without a record, and are allowed; " + record_all);
  if (!calls.narrowed.empty())
    said.push_back("the policy allowed these with some arguments only, the profile with any: " +
                   list(calls.narrowed));
  if (!calls.denied.empty()) said.push_back("denied in the log, and not allowed here: " + list(calls.denied));
  if (calls.unnamed != 0)
    said.push_back(std::to_string(calls.unnamed) + " calls have no name that a profile could hold");
  return said;
}

// CMD comes after the first "--".
Arguments split_command(Arguments& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end()) return {};
  Arguments command(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return command;
}

}  // namespace

int command_profile(const Arguments& arguments) {
  Arguments own = arguments;
  const Arguments command = split_command(own);
  Reading reading(profile_usage, own,
                  {{"verify", nullptr, "run CMD under the profile, and exit with its status"}});
  if (reading.helped()) return 0;
  const bool verify = reading.options().has("verify");
  if (verify == command.empty())
    throw UsageError(verify ? "--verify needs a command: -- CMD" : "a command is for --verify only");

  Source source = open_logs(reading.options().rest());
  ObservedCalls calls;
  reading.all(source, 1, [&](unsigned, const Record& record, const Place&) {
    calls.add(record, reading.filter().passes(record));
  });
  const int status = reading.finish(source);
  if (calls.is_empty()) {
    complain("there is no call in the log to make a profile of");
    return partly_read;
  }
  calls.ask_filters();
  const std::vector<std::string> said = warnings(calls);
  std::string comment = "Allowed in the log.";
  for (const std::string& sentence : said) comment += " Note: " + sentence + ".";
  const std::string profile = observed_profile(calls, comment);
  for (const std::string& sentence : said) say(Severity::warning, sentence);
  if (!verify) {
    std::fputs(profile.c_str(), stdout);
    return status;
  }
  const auto ended = trial_run(profile, command);
  if (!ended) throw std::runtime_error(ended.error().text());
  return *ended;
}

}  // namespace scsup::analysis

// scsup-runtime: an OCI runtime that puts a policy into the container's seccomp profile and then becomes the
// real one.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "runtime/bundle.h"
#include "runtime/command_line.h"
#include "runtime/complaint.h"
#include "runtime/real_runtime.h"
#include "runtime/settings.h"
#include "runtime/supervised_config.h"

namespace {

using namespace scsup::runtime;

constexpr const char* usage =
    "Usage: scsup-runtime [RUNTIME-OPTION...] COMMAND [ARG...]\n"
    "\n"
    "An OCI runtime. Puts a policy's calls into the seccomp profile of a container that is created,\n"
    "for a supervisor ('scsup serve'), and then becomes runc or crun with the same arguments.\n"
    "\n"
    "  dockerd --add-runtime scsup=/usr/bin/scsup-runtime    then: docker run --runtime scsup ...\n"
    "  podman --runtime /usr/bin/scsup-runtime run ...\n"
    "\n"
    "The container's annotation io.scsup.policy names the policy, else \"default_policy\" of the service's\n"
    "config does: /etc/scsup/config.json, or $SCSUP_CONFIG. See scsup-config(5).\n"
    "\n"
    "See scsup-runtime(8). 'scsup-runtime --scsup-version' prints the version.\n";

scsup::Result<void> supervise(const CommandLine& line, const Settings& settings) {
  const auto bundle = Bundle::open(line.bundle, line.config);
  if (!bundle) return scsup::failed(bundle.error());
  const auto text = supervised_config(bundle->text(), bundle->file(), settings);
  if (!text) return scsup::failed(text.error());
  return *text ? bundle->replace(**text) : scsup::Result<void>();
}

scsup::Result<void> run(const std::vector<std::string>& arguments) {
  const auto line = read_command_line(arguments);
  if (!line) return scsup::failed(line.error());
  if (line->verb == CommandLine::Verb::restore)
    return scsup::failed(
        0,
        "a restored container has the filter that it was dumped with and no listener, so it can't be "
        "supervised; restore it with another runtime");
  const auto settings = read_settings(std::getenv("SCSUP_CONFIG"));
  if (!settings) return scsup::failed(settings.error());
  const auto program = find_runtime(*settings);
  if (!program) return scsup::failed(program.error());
  if (line->verb == CommandLine::Verb::start)
    if (auto supervised = supervise(*line, *settings); !supervised) return supervised;
  return become(*program, arguments);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (arguments.size() == 1 && arguments[0] == "--scsup-version") {
    std::puts("scsup-runtime " SCSUP_VERSION);
    return 0;
  }
  if (arguments.empty()) {
    std::fputs(usage, stderr);
    return 1;
  }
  try {
    const auto ran = run(arguments);
    complain(ran ? "nothing was run" : ran.error().text(), read_log_place(arguments));
  } catch (const std::exception& error) {
    complain(error.what(), read_log_place(arguments));
  }
  return 1;
}

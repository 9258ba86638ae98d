// scsup kill: the end of a session.
#include <cstdio>

#include "supervisor/client/asking.h"

namespace scsup {

namespace {

constexpr const char* kill_usage =
    "Usage: scsup kill SESSION [--control PATH]\n"
    "\n"
    "Ends a session: SIGKILL to each of its processes. `scsup ps` lists the sessions.\n";

}  // namespace

int command_kill(const Arguments& arguments) {
  try {
    Asking asking(kill_usage, arguments, {control_option});
    if (asking.helped()) return 0;
    if (asking.words().empty()) throw UsageError("the SESSION is missing");
    expect_no_words(asking.words(), 1);
    const std::uint32_t session = session_number(asking.words()[0]);
    const control::Json reply = asking.ask("Kill", {{"session", session}});
    const auto processes = number_in(reply, "processes");
    std::printf("session %u: %llu process%s killed\n", session, static_cast<unsigned long long>(processes),
                processes == 1 ? "" : "es");
    return 0;
  } catch (const UsageError& error) {
    return complain_of_usage("kill", error);
  }
}

}  // namespace scsup

// The commands of scsup, one file each. Each takes its arguments without the command's name and returns an
// exit status.
#pragma once

#include <string>
#include <vector>

namespace scsup {

using Arguments = std::vector<std::string>;

int command_run(const Arguments& arguments);
int command_serve(const Arguments& arguments);
int command_policy(const Arguments& arguments);
int command_syscalls(const Arguments& arguments);
// Clients of the control socket, in client/.
int command_ps(const Arguments& arguments);
int command_inspect(const Arguments& arguments);
int command_top(const Arguments& arguments);
int command_reload(const Arguments& arguments);
int command_kill(const Arguments& arguments);
int command_policy_set(const Arguments& arguments);  // without "set"

// scsup's own failure, as in env(1), timeout(1), docker run.
inline constexpr int own_failure = 125;

// Prints "scsup: MESSAGE" on stderr.
void complain(const std::string& message);

}  // namespace scsup

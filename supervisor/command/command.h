// The commands of scsup, one file each. Each takes its arguments without the command's name and returns an
// exit status.
#pragma once

#include "cli/options.h"

namespace scsup {

int command_run(const Arguments& arguments);
int command_serve(const Arguments& arguments);
int command_policy(const Arguments& arguments);
int command_syscalls(const Arguments& arguments);
int command_orphans(const Arguments& arguments);
// Clients of the control socket, in client/.
int command_ps(const Arguments& arguments);
int command_inspect(const Arguments& arguments);
int command_top(const Arguments& arguments);
int command_reload(const Arguments& arguments);
int command_kill(const Arguments& arguments);
int command_policy_set(const Arguments& arguments);  // without "set"

}  // namespace scsup

// A supervisor of `scsup run` is called after the command that it was started for, so that ps(1) shows whose it
// is and `scsup orphans` finds it. Anybody may call himself so: it is no proof of anything.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace scsup {

// "scsup:4711"; 15 characters are the most (PR_SET_NAME of prctl(2)).
std::string supervisor_name(pid_t command);
// The command of a process of that name, with its number in that process's PID namespace.
std::optional<pid_t> command_named(std::string_view supervisor);

}  // namespace scsup

// A supervisor of `scsup run` has its command's number in its name, so that ps(1) shows where it belongs and `scsup
// orphans` finds it. Any process can give itself such a name: it proves nothing.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace scsup {

// "scsup:4711"; at most 15 characters (PR_SET_NAME of prctl(2)).
std::string supervisor_name(pid_t command);
// The command that such a name stands for, by its number in that process's PID namespace.
std::optional<pid_t> command_named(std::string_view supervisor);

}  // namespace scsup

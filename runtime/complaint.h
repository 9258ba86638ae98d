// How scsup-runtime reports that it has failed: on stderr, and in the file that --log names, in runc's form. Engines
// read that file and show its last error to the user.
#pragma once

#include <string>

#include "runtime/command_line.h"

namespace scsup::runtime {

// One complete line for the log: {"level":"error","msg":...,"time":"2026-01-02T03:04:05Z"}, or logrus's text form of
// the same. `time` in seconds since 1970.
std::string log_line(const std::string& message, bool json, std::int64_t time);

void complain(const std::string& message, const LogPlace& log);

}  // namespace scsup::runtime

// All messages of the supervisor go through here: whole lines on standard error.
//
// When standard error is the journal ($JOURNAL_STREAM, systemd.exec(5)) each line begins with "<N>", its priority
// (sd-daemon(3)). A line is one write(2), so lines of several threads don't mix. Hostile bytes are made printable, so
// a message is one line whatever it contains. A failing standard error is ignored, and errno is left unchanged. Not
// for: a command's result, the audit, and scsup-agent's last words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace scsup {

// syslog(3)'s levels.
enum class Severity : std::uint8_t { critical = 2, error = 3, warning = 4, notice = 5, info = 6 };

// "scsup: MESSAGE"
void say(Severity severity, std::string_view message);
// The line as it is, for lines that begin with a place: "p.json:6:7: error: ..."
void say_line(Severity severity, std::string_view line);

// The parts of the two functions above. `stream` is $JOURNAL_STREAM, or nullptr: "DEVICE:INODE" of the journal's
// socket.
bool is_journal(int fd, const char* stream);
std::string line_for(Severity severity, std::string_view message, bool journal);

}  // namespace scsup

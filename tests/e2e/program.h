// Programs that tests start, and their results.
//
// Nothing here waits for a fixed time: output is read to its end, or until the expected text has come. A program that
// takes longer than `patience` is killed, and the test fails.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace scsup::e2e {

using Words = std::vector<std::string>;

inline constexpr int patience_ms = 40'000;

struct Start {
  Words argv;
  std::map<std::string, std::optional<std::string>> env = {};  // changes; nothing: unset
  std::string directory = "";                                  // "": this one
  std::string input = "";
  std::function<void()> prepare = {};  // in the child, right before exec; only async-signal-safe calls
};

struct Finished {
  int status = 0;  // of waitpid(2)
  std::string out, err;

  // The exit status; 1000 + the signal for a program that was killed.
  int code() const;
};

// Runs it until it ends and its output ends.
Finished run(const Start& start);

// The environment of this process with those changes, in the form for execvpe(3). Valid as long as `keep`.
std::vector<char*> environment(const Start& start, std::vector<std::string>& keep);

// In the child: directory, prepare, exec. Never returns.
[[noreturn]] void become(const Start& start, std::vector<char*>& argv, std::vector<char*>& env);

// A program that runs while the test does other things; killed at the end if it still runs.
class Running {
 public:
  explicit Running(const Start& start);
  ~Running();
  Running(Running&&) = delete;

  pid_t pid() const { return pid_; }
  // Reads standard output until `text` has come. False: the output ended before.
  bool says(const std::string& text);
  // Reads standard output until its end.
  std::string rest();
  int wait();  // code() of Finished
  void send(int signal) const;

 private:
  bool read_more();
  pid_t pid_ = -1;
  int out_ = -1;
  std::string text_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text, unsigned mode = 0644);
std::vector<std::string> lines_of(const std::string& text);
// For conditions without an event from the kernel: checks again until it holds. False: patience was over first.
bool eventually(const std::function<bool()>& holds);
// As in /proc/PID/stat: 'T' is stopped; 0: there is no such process.
char state_of(pid_t pid);
// Whether a program of that name is in $PATH.
bool is_installed(const std::string& name);

}  // namespace scsup::e2e

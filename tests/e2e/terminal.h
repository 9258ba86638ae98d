// A terminal and a program that runs on it.
#pragma once

#include <sys/types.h>

#include <string>

#include "tests/e2e/program.h"

namespace scsup::e2e {

class Terminal {
 public:
  // The program leads a new session on a terminal of that size, with echo off.
  explicit Terminal(const Start& start, int rows = 24, int columns = 80);
  ~Terminal();
  Terminal(Terminal&&) = delete;

  void type(const std::string& text) const;
  // Reads until `text` comes, and discards what was read up to its end. False, and a failed test, if it doesn't come.
  bool says(const std::string& text);
  // What came before the last text that was waited for.
  const std::string& before() const { return before_; }
  void resize(int rows, int columns) const;
  void hang_up();  // as when its window is closed
  pid_t foreground() const;
  void send(int signal) const;  // to the program, as kill(1) does
  pid_t pid() const { return pid_; }
  // Reads to the end and waits; code() of Finished.
  int end();

 private:
  bool read_more();
  pid_t pid_ = -1;
  int master_ = -1;
  std::string text_, before_;
};

}  // namespace scsup::e2e

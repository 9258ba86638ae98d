#include "tests/e2e/terminal.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace scsup::e2e {

Terminal::Terminal(const Start& start, int rows, int columns) {
  std::vector<std::string> keep;
  std::vector<char*> argv, env = environment(start, keep);
  for (const std::string& word : start.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
  pid_ = forkpty(&master_, nullptr, nullptr, &size);
  if (pid_ < 0) throw std::runtime_error("cannot make a terminal; is /dev/pts there?");
  if (pid_ == 0) {
    termios settings{};
    tcgetattr(0, &settings);
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
    tcsetattr(0, TCSANOW, &settings);
    become(start, argv, env);
  }
}

Terminal::~Terminal() {
  if (master_ >= 0) close(master_);  // hangs up on the remaining processes
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Terminal::type(const std::string& text) const {
  if (write(master_, text.data(), text.size()) < 0) ADD_FAILURE() << "cannot type";
}

bool Terminal::read_more() {
  if (master_ < 0) return false;
  pollfd ready{master_, POLLIN, 0};
  if (poll(&ready, 1, patience_ms) == 0) {
    ADD_FAILURE() << "nothing more comes from the terminal; so far: " << text_;
    return false;
  }
  char chunk[4096];
  const ssize_t got = read(master_, chunk, sizeof chunk);
  if (got > 0) text_.append(chunk, static_cast<std::size_t>(got));
  return got > 0;
}

bool Terminal::says(const std::string& text) {
  std::size_t found;
  while ((found = text_.find(text)) == std::string::npos) {
    if (read_more()) continue;
    ADD_FAILURE() << "'" << text << "' was expected; the terminal says: " << text_;
    return false;
  }
  before_ = text_.substr(0, found);
  text_.erase(0, found + text.size());
  return true;
}

void Terminal::resize(int rows, int columns) const {
  const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
  ioctl(master_, TIOCSWINSZ, &size);
}

void Terminal::hang_up() {
  close(master_);
  master_ = -1;
}

pid_t Terminal::foreground() const { return tcgetpgrp(master_); }

void Terminal::send(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

int Terminal::end() {
  while (read_more()) {
  }
  Finished finished;
  waitpid(pid_, &finished.status, 0);
  pid_ = -1;
  before_ = text_;
  return finished.code();
}

}  // namespace scsup::e2e

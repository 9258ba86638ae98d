#include "supervisor/client/screen.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace scsup {

namespace {

// xterm's private modes 1049 (alternate page) and 25 (cursor); other terminals ignore them.
constexpr const char* begin_page = "\x1b[?1049h\x1b[?25l";
constexpr const char* end_page = "\x1b[0m\x1b[?25h\x1b[?1049l";

constexpr int watched[] = {SIGWINCH, SIGCONT, SIGTSTP, SIGINT, SIGTERM, SIGHUP, SIGQUIT};

bool say(const std::string& text) {
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t some = write(STDOUT_FILENO, text.data() + written, text.size() - written);
    if (some < 0 && errno != EINTR) return false;
    if (some > 0) written += static_cast<std::size_t>(some);
  }
  return true;
}

}  // namespace

Result<Screen> Screen::open() {
  termios before{};
  if (tcgetattr(STDIN_FILENO, &before) < 0) return failed("standard input is no terminal");
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : watched) sigaddset(&set, signal);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  Fd signals(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) return failed("cannot watch for signals");
  Screen screen(std::move(signals), before);
  screen.enter();
  return screen;
}

Screen::Screen(Screen&& other) noexcept
    : signals_(std::move(other.signals_)),
      before_(other.before_),
      entered_(std::exchange(other.entered_, false)) {}

Screen::~Screen() { leave(); }

int Screen::input() const { return STDIN_FILENO; }

void Screen::enter() {
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // Ctrl-C and Ctrl-Z stay signals
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  say(begin_page);
  entered_ = true;
}

void Screen::leave() {
  if (!std::exchange(entered_, false)) return;
  say(end_page);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void Screen::suffer(int signal) {
  leave();
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  sigaction(signal, &usual, nullptr);
  raise(signal);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);  // the signal is delivered here
  sigprocmask(SIG_BLOCK, &set, nullptr);    // it had only stopped us
}

Screen::Size Screen::size() const {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0) return {24, 80};
  return {size.ws_row, size.ws_col};
}

bool Screen::show(const std::vector<std::string>& lines) const {
  std::string page = "\x1b[H";
  for (std::size_t i = 0; i < lines.size(); ++i) page += (i ? "\r\n" : "") + lines[i] + "\x1b[0m\x1b[K";
  page += "\x1b[J";
  return say(page);
}

}  // namespace scsup

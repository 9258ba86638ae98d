// The terminal of `scsup top`: single keys, an alternate page, and the terminal's former state on each way out.
#pragma once

#include <termios.h>

#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

class Screen {
 public:
  // Takes over standard input and output. From now on signals that end, stop or resize come from signals().
  static Result<Screen> open();
  Screen(Screen&& other) noexcept;
  Screen& operator=(Screen&&) = delete;
  ~Screen();

  int input() const;
  int signals() const {
    return signals_.get();
  }  // signalfd(2): SIGWINCH, SIGCONT, SIGTSTP and those that end

  struct Size {
    std::size_t rows, columns;
  };
  Size size() const;
  // Shows these lines from the top, the rest of the page empty. False: the terminal has gone.
  bool show(const std::vector<std::string>& lines) const;

  // Gives the terminal back; enter() takes it again.
  void leave();
  void enter();
  // Leaves, and does to this process what the signal does by default.
  void suffer(int signal);

 private:
  Screen(Fd signals, const termios& before) : signals_(std::move(signals)), before_(before) {}
  Fd signals_;
  termios before_;
  bool entered_ = false;
};

}  // namespace scsup

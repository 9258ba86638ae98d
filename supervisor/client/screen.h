// The terminal of `scsup top`: keys one by one, a page of its own, and back to what was there on each way
// out.
#pragma once

#include <termios.h>

#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

class Screen {
 public:
  // Takes standard input and output. Signals that end, stop or resize come out of signals() from here on.
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
  // Shows these lines from the top, the rest of the page empty. False: nobody is there any more.
  bool show(const std::vector<std::string>& lines) const;

  // Gives the terminal back, and takes it again.
  void leave();
  void enter();
  // Leaves, and does to this process what the signal does when nobody handles it.
  void suffer(int signal);

 private:
  Screen(Fd signals, const termios& before) : signals_(std::move(signals)), before_(before) {}
  Fd signals_;
  termios before_;
  bool entered_ = false;
};

}  // namespace scsup

// The supervisor's side of the front: what happens to the command, what the front passes on, and what becomes of the
// command when there is no front any more. All of it runs on the loop's thread.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>

#include "base/fd.h"
#include "supervisor/command/front.h"
#include "supervisor/loop/loop.h"

namespace scsup {

// Watches the supervisor's children: the command's state changes, and the ends of the processes that it left, which
// become our children because we are a subreaper. No other code in this process may wait for children.
class CommandWatch : public Source {
 public:
  // SIGCHLD and SIGTERM must be blocked. `ended` is called at the command's end.
  CommandWatch(pid_t command, const Fd& front, const FrontProcess& front_process,
               std::function<void()> ended);
  int fd() const override { return signals_.get(); }
  Next serve(std::uint32_t ready, Lead& lead) override;

  void look();
  void pass_on(int signal, pid_t sender);
  // The front was continued. The message may come late: a command that was stopped again since then stays stopped.
  void go_on_after(std::int32_t stop);
  // From now on SIGTERM, which is ignored as long as there is a front, ends all.
  void front_is_gone() { front_is_gone_ = true; }
  // SIGKILL to all descendants; when one of them ends, again to the descendants of that moment.
  void end_all();

  bool over() const { return over_; }
  int status() const { return status_; }

 private:
  pid_t reap_one();  // or takes note of a stop or continuation; 0: there was none
  void follow(int status);
  void end(int status);

  const pid_t command_;
  const Fd& front_;
  const FrontProcess& front_process_;
  const std::function<void()> ended_;
  Fd signals_;
  std::atomic<bool> over_{false};
  bool stopped_ = false;
  bool front_is_gone_ = false;
  bool all_must_end_ = false;
  std::int32_t stops_ = 0;
  int status_ = 0;
};

// The connection to the front. If it breaks, the front was killed.
class FrontLine : public Source {
 public:
  enum class AtItsEnd { go_on, end_all };
  FrontLine(const Fd& front, CommandWatch& command, AtItsEnd then)
      : front_(front), command_(command), then_(then) {}
  int fd() const override { return front_.get(); }
  Next serve(std::uint32_t ready, Lead& lead) override;

 private:
  const Fd& front_;
  CommandWatch& command_;
  const AtItsEnd then_;
};

// Watches the process that started scsup: when it has ended, the front must end. Done here, as the front may be
// stopped.
class ParentWatch : public Source {
 public:
  ParentWatch(Fd parent, const FrontProcess& front_process)
      : parent_(std::move(parent)), front_process_(front_process) {}
  int fd() const override { return parent_.get(); }
  Next serve(std::uint32_t ready, Lead& lead) override;

 private:
  const Fd parent_;  // a pidfd
  const FrontProcess& front_process_;
};

}  // namespace scsup

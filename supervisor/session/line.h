// One listener of a session, served until the last task under its filter has gone.
//
// The first lines are attended: each has a thread that blocks in RECV, so that the kernel wakes it on the CPU where
// the target goes to sleep, and a call needs no wait on the loop. Further ones are sources of the loop. If calls of a
// session have stalled, its calls go to workers for a while, so that it delays only itself.
#pragma once

#include <atomic>
#include <memory>

#include "supervisor/loop/loop.h"
#include "supervisor/seccomp/listener.h"
#include "supervisor/session/session.h"

namespace scsup {

class Line : public Source, public Timed, public std::enable_shared_from_this<Line> {
 public:
  // Who made the filter: our agent, which only execs under it, or a container runtime, which makes calls of its own
  // before it execs the program.
  enum class MadeBy : std::uint8_t { agent, runtime };

  // To be called after session->line_came().
  Line(std::shared_ptr<Session> session, Listener listener, MadeBy made_by);

  // Starts serving: by its own thread while few lines have one, else by the loop.
  void start();

  int fd() const override { return listener_.fd(); }
  Next serve(std::uint32_t ready, Lead& lead) override;
  void held_up() override;
  void expire() override {}

  const std::shared_ptr<Session>& session() const { return session_; }
  // Until the first exec, which is the program's, calls are a container runtime's own.
  bool is_in_runtime() const { return in_runtime_.load(std::memory_order_relaxed); }
  void program_begins() { in_runtime_ = false; }

 private:
  static constexpr int most_attended = 64;  // lines of one supervisor with a thread of their own

  bool attend();
  void serve_until_lost(Lead& lead);
  bool wait_for_call() const;
  std::shared_ptr<Inquiry> receive();
  void begin(std::shared_ptr<Inquiry> inquiry, Lead& lead);

  const std::shared_ptr<Session> session_;
  const Listener listener_;
  std::atomic<bool> in_runtime_;
  std::atomic<bool> robbed_{false};
  std::atomic<bool> nothing_came_{false};  // the last RECV returned without a call: ask poll why
};

}  // namespace scsup

// Where targets come in: agents (packets) and container runtimes (streams).
//
// The sockets' modes say who may attach at all; the config says with which policy.
#pragma once

#include <atomic>
#include <memory>

#include "base/fd.h"
#include "supervisor/command/supervise.h"

namespace scsup {

class Door : public Source {
 public:
  enum class For : std::uint8_t { agents, runtimes };
  Door(Fd listening, For whom, Supervisor& supervisor)
      : listening_(std::move(listening)), whom_(whom), supervisor_(supervisor) {}

  int fd() const override { return listening_.get(); }
  Next serve(std::uint32_t ready, Lead& lead) override;
  // From now on new clients wait for the next supervisor on this socket, or are refused when it is closed.
  void close() { closed_ = true; }

 private:
  void refuse(const Fd& client);
  void turn_away();

  const Fd listening_;
  const For whom_;
  Supervisor& supervisor_;
  std::atomic<bool> closed_{false};
  Fd spare_{open_spare()};  // given up for a moment when there are no descriptors left
  static int open_spare();
};

}  // namespace scsup

// Readiness from epoll(7), where io_uring is refused.
#pragma once

#include <memory>
#include <vector>

#include "base/fd.h"
#include "supervisor/loop/readiness.h"

namespace scsup {

class Epoll : public Readiness {
 public:
  static Result<std::unique_ptr<Epoll>> create();

  std::string_view name() const override { return "epoll"; }
  void arm(int fd, void* tag) override;
  Result<std::span<Event>> wait(std::span<Event> events) override;

 private:
  explicit Epoll(Fd fd) : fd_(std::move(fd)) {}
  const Fd fd_;
  std::vector<void*> unarmed_;  // tags of descriptors that epoll has refused: reported by the next wait()
};

}  // namespace scsup

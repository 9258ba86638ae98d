// Readiness from io_uring. Arming costs no system call of its own: it is submitted by the next wait.
#pragma once

#include <memory>

#include "supervisor/loop/readiness.h"

struct io_uring;

namespace scsup {

class Uring : public Readiness {
 public:
  // EPERM or ENOSYS where it is refused; ENOMEM where RLIMIT_MEMLOCK is too small (before Linux 5.12).
  static Result<std::unique_ptr<Uring>> create();
  ~Uring() override;

  std::string_view name() const override { return "io_uring"; }
  void arm(int fd, void* tag) override;
  Result<std::span<Event>> wait(std::span<Event> events) override;

 private:
  explicit Uring(std::unique_ptr<io_uring> ring);
  const std::unique_ptr<io_uring> ring_;
};

}  // namespace scsup

// Readiness of descriptors, from io_uring.
//
// Polls are one-shot and armed again after each use: a multishot poll that was armed while three
// notifications were pending completes once, a one-shot poll serves all three and then reports the hang-up
// (measured on Linux 6.18). Arming costs no system call of its own: it is submitted by the next wait.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"

struct io_uring;

namespace scsup {

class Ring {
 public:
  struct Event {
    void* tag;
    std::uint32_t ready;  // POLLIN, POLLHUP, ... of poll(2)
  };

  // To be used by the calling thread only.
  static Result<Ring> create();
  Ring(Ring&&) noexcept;
  Ring& operator=(Ring&&) = delete;
  ~Ring();

  void arm(int fd, void* tag);
  // Waits for at least one event and fills in as many as there are and fit.
  Result<std::span<Event>> wait(std::span<Event> events);

 private:
  explicit Ring(std::unique_ptr<io_uring> ring);
  std::unique_ptr<io_uring> ring_;
};

}  // namespace scsup

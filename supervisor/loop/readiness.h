// Which descriptors can be read: the kernel tells by io_uring or, where that is refused, by epoll.
//
// io_uring is refused by Docker's default profile, by kernel.io_uring_disabled (sysctl(8)) and by a supervisor around
// this process. epoll costs one more system call per event, because arming a descriptor is a separate call; nothing
// else differs.
//
// A descriptor is armed for one event and must be armed again after it: a multishot poll that was armed while
// three notifications were pending completes once, a one-shot poll serves all three and then reports the
// hang-up (measured on Linux 6.18).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"

namespace scsup {

class Readiness {
 public:
  struct Event {
    void* tag;
    std::uint32_t ready;  // POLLIN, POLLHUP, ... of poll(2)
  };

  // The better engine that this kernel grants. To be used by the calling thread only.
  static Result<std::unique_ptr<Readiness>> create();

  Readiness() = default;
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;
  virtual ~Readiness() = default;

  virtual std::string_view name() const = 0;  // "io_uring", "epoll"
  // One event will come with `tag`: when `fd` is readable or hung up, at once if it already is. It is POLLERR for a
  // descriptor that can't be waited for.
  virtual void arm(int fd, void* tag) = 0;
  // Waits for at least one event and fills in as many as there are and fit.
  virtual Result<std::span<Event>> wait(std::span<Event> events) = 0;
};

}  // namespace scsup

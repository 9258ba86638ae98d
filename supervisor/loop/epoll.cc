#include "supervisor/loop/epoll.h"

#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace scsup {

static_assert(EPOLLIN == POLLIN && EPOLLHUP == POLLHUP && EPOLLERR == POLLERR, "told as poll(2) would");

Result<std::unique_ptr<Epoll>> Epoll::create() {
  Fd fd(epoll_create1(EPOLL_CLOEXEC));
  if (!fd) return failed("cannot wait for events: io_uring is refused here, and epoll");
  return std::unique_ptr<Epoll>(new Epoll(std::move(fd)));
}

void Epoll::arm(int fd, void* tag) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLONESHOT;
  event.data.ptr = tag;
  // MOD works from its second time on. A descriptor that was closed has left the set by itself.
  if (epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd, &event) == 0) return;
  if (errno == ENOENT && epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return;
  unarmed_.push_back(tag);
}

Result<std::span<Readiness::Event>> Epoll::wait(std::span<Event> events) {
  std::size_t count = 0;
  for (; count < events.size() && !unarmed_.empty(); unarmed_.pop_back())
    events[count++] = {unarmed_.back(), POLLERR};
  if (count > 0) return events.first(count);
  std::array<epoll_event, 64> ready;
  for (;;) {
    const int most = static_cast<int>(std::min(events.size(), ready.size()));
    const int got = epoll_wait(fd_.get(), ready.data(), most, -1);
    if (got < 0 && errno != EINTR) return failed("cannot wait on epoll");
    for (int i = 0; i < got; ++i) events[count++] = {ready[i].data.ptr, ready[i].events};
    if (count > 0) return events.first(count);
  }
}

}  // namespace scsup

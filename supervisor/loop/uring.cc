#include "supervisor/loop/uring.h"

#include <liburing.h>
#include <poll.h>

namespace scsup {

namespace {

constexpr unsigned entries = 256;

}  // namespace

Uring::Uring(std::unique_ptr<io_uring> ring) : ring_(std::move(ring)) {}
Uring::~Uring() { io_uring_queue_exit(ring_.get()); }

Result<std::unique_ptr<Uring>> Uring::create() {
  auto ring = std::make_unique<io_uring>();
  io_uring_params params{};
  // 6.1: completions are handled when this thread asks for them, without an interrupt to it.
  params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  int result = io_uring_queue_init_params(entries, ring.get(), &params);
  if (result == -EINVAL) {
    params = {};
    result = io_uring_queue_init_params(entries, ring.get(), &params);
  }
  if (result < 0) return failed(-result, "cannot set up io_uring");
  return std::unique_ptr<Uring>(new Uring(std::move(ring)));
}

void Uring::arm(int fd, void* tag) {
  io_uring_sqe* sqe = io_uring_get_sqe(ring_.get());
  if (!sqe) {  // full: submit what is queued
    io_uring_submit(ring_.get());
    sqe = io_uring_get_sqe(ring_.get());
  }
  io_uring_prep_poll_add(sqe, fd, POLLIN);
  io_uring_sqe_set_data(sqe, tag);
}

Result<std::span<Readiness::Event>> Uring::wait(std::span<Event> events) {
  for (;;) {
    const int result = io_uring_submit_and_wait(ring_.get(), 1);
    if (result < 0 && result != -EINTR && result != -EAGAIN && result != -EBUSY)
      return failed(-result, "cannot wait on io_uring");
    std::size_t count = 0;
    io_uring_cqe* cqe;
    while (count < events.size() && io_uring_peek_cqe(ring_.get(), &cqe) == 0) {
      const std::uint32_t ready = cqe->res >= 0 ? static_cast<std::uint32_t>(cqe->res) : POLLERR;
      events[count++] = {io_uring_cqe_get_data(cqe), ready};
      io_uring_cqe_seen(ring_.get(), cqe);
    }
    if (count > 0) return events.first(count);
  }
}

}  // namespace scsup

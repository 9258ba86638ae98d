#include "supervisor/loop/readiness.h"

#include "supervisor/loop/epoll.h"
#include "supervisor/loop/uring.h"

namespace scsup {

Result<std::unique_ptr<Readiness>> Readiness::create() {
  if (auto uring = Uring::create()) return std::unique_ptr<Readiness>(std::move(*uring));
  auto epoll = Epoll::create();
  if (!epoll) return failed(epoll.error());
  return std::unique_ptr<Readiness>(std::move(*epoll));
}

}  // namespace scsup

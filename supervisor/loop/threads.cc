#include "supervisor/loop/threads.h"

#include <system_error>
#include <thread>

namespace scsup {

Result<void> start_thread(std::function<void()> body) {
  try {
    std::thread(std::move(body)).detach();
  } catch (const std::system_error& error) {
    return failed(error.code().value(), "cannot start a thread (RLIMIT_NPROC, or pids.max of a cgroup)");
  }
  return {};
}

}  // namespace scsup

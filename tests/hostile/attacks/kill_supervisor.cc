// The target kills its supervisor: from then on supervised calls fail with ENOSYS, and nothing hangs.
#include <poll.h>
#include <signal.h>

#include <thread>
#include <vector>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string root = argv[1];
  const pid_t supervisor = getppid();
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, supervisor, 0));
  std::atomic<int> busy{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      const std::string name = root + "/ok/" + std::to_string(i);
      for (;; ++busy) {
        if (mkdir(name.c_str(), 0777) != 0) {
          if (errno != ENOSYS && errno != EEXIST) breach("mkdir: %s", std::strerror(errno));
          if (errno == ENOSYS) return;
        }
        rmdir(name.c_str());
      }
    });
  while (busy < 8) {
  }
  if (kill(supervisor, SIGKILL) != 0) impossible("kill");
  pollfd ended{pidfd, POLLIN, 0};
  poll(&ended, 1, -1);
  for (std::thread& thread : threads) thread.join();
  if (mkdir((root + "/no/x").c_str(), 0777) == 0 || errno != ENOSYS)
    breach("mkdir: %s", std::strerror(errno));
}

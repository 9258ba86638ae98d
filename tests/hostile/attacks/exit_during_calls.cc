// exit_group while other threads are in the middle of calls, again and again.
#include <sys/wait.h>

#include <thread>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string root = std::string(argv[1]) + "/ok/";
  for (Rounds rounds(500, 2500); rounds.next();) {
    const pid_t child = fork();
    if (child == 0) {
      std::atomic<int> busy{0};
      for (int i = 0; i < 4; ++i)
        std::thread([&, i] {
          const std::string name = root + std::to_string(getpid()) + "-" + std::to_string(i);
          for (;; ++busy) {
            if (mkdir(name.c_str(), 0777) != 0) breach("mkdir: %s", std::strerror(errno));
            if (rmdir(name.c_str()) != 0) breach("rmdir: %s", std::strerror(errno));
          }
        }).detach();
      while (busy < 4) {
      }
      _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    if (status != 0) breach("a child ended with %d", status);
  }
}

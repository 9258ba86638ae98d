// A thread that isn't the leader execs while the others are in calls: its task takes over the leader's number.
#include <thread>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const int left = std::atoi(argv[2]);
  const std::string root = argv[1];
  const std::string mine = root + "/ok/e" + argv[2];
  const mode_t mask = left % 2 == 0 ? 022 : 077;
  umask(mask);
  if (mkdir(mine.c_str(), 0777) != 0) breach("mkdir after exec: %s", std::strerror(errno));
  if (mode_of(mine) != (0777 & ~mask)) breach("mode %o under umask %o", mode_of(mine), mask);
  if (mkdir((root + "/no/x").c_str(), 0777) == 0) breach("made in the forbidden place");
  if (left == 0) return 0;
  std::atomic<int> busy{0};
  for (int i = 0; i < 3; ++i)
    std::thread([&, i] {
      const std::string name = mine + "-" + std::to_string(i);
      for (;; ++busy) {
        mkdir(name.c_str(), 0777);
        rmdir(name.c_str());
      }
    }).detach();
  std::thread([&] {
    while (busy < 6) {
    }
    const std::string next = std::to_string(left - 1);
    execl("/proc/self/exe", argv[0], argv[1], next.c_str(), nullptr);
    breach("exec: %s", std::strerror(errno));
  }).detach();
  const std::string leader = mine + "-leader";
  for (;;) {
    mkdir(leader.c_str(), 0777);
    rmdir(leader.c_str());
  }
}

// Waves of processes, each of which makes one directory and ends.
#include <sys/wait.h>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string root = std::string(argv[1]) + "/ok/";
  for (Rounds rounds(20, 4000); rounds.next();) {
    constexpr int wave = 50;
    for (int i = 0; i < wave; ++i) {
      const pid_t child = fork();
      if (child < 0) impossible("fork");
      if (child != 0) continue;
      const std::string name = root + std::to_string(getpid());
      _exit(mkdir(name.c_str(), 0777) == 0 && rmdir(name.c_str()) == 0 ? 0 : 1);
    }
    for (int i = 0; i < wave; ++i) {
      int status;
      wait(&status);
      if (status != 0) breach("a child ended with %d", status);
    }
  }
}

// Relative paths and /proc/self/cwd while another thread changes the working directory that both share.
#include <thread>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string root = argv[1];
  const std::string good = root + "/ok", bad = root + "/no";
  std::atomic<bool> over{false};
  std::thread mover([&] {
    while (!over) {
      if (chdir(bad.c_str()) != 0 || chdir(good.c_str()) != 0) breach("chdir");
    }
  });
  long made = 0, denied = 0;
  for (Rounds rounds(100000, 1500); rounds.next();) {
    for (const char* path : {"x", "/proc/self/cwd/x", "./x", "/proc/thread-self/cwd/./x"}) {
      if (mkdir(path, 0777) == 0)
        ++made;
      else if (errno == EACCES)
        ++denied;
      if (exists(bad + "/x")) breach("'%s' was made in the forbidden place", path);
      rmdir((good + "/x").c_str());
    }
  }
  over = true;
  mover.join();
  if (made == 0 || denied == 0) breach("it never raced: %ld made, %ld denied", made, denied);
}

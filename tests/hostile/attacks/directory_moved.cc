// A directory is moved into the forbidden place and back while a path leads through it and out again by "..".
#include <thread>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string root = argv[1];
  const std::string home = root + "/ok/d", away = root + "/no/d";
  mkdir(home.c_str(), 0777);
  std::atomic<bool> over{false};
  std::thread mover([&] {
    while (!over) {
      rename(home.c_str(), away.c_str());
      rename(away.c_str(), home.c_str());
    }
  });
  long made = 0;
  const std::string path = home + "/../x";
  for (Rounds rounds(100000, 1500); rounds.next();) {
    if (mkdir(path.c_str(), 0777) == 0) ++made;
    if (exists(root + "/no/x")) breach("'..' of a moved directory led into the forbidden place");
    rmdir((root + "/ok/x").c_str());
  }
  over = true;
  mover.join();
  if (made == 0) breach("nothing was ever made");
}

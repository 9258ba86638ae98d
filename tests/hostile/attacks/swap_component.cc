// A component of the path is in turn a directory and a symlink to the forbidden place (RENAME_EXCHANGE).
#include <thread>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string root = argv[1];
  const std::string a = root + "/ok/a", b = root + "/ok/b";
  mkdir(a.c_str(), 0777);
  if (symlink((root + "/no").c_str(), b.c_str()) != 0) impossible("symlink");
  std::atomic<bool> over{false};
  std::thread swapper([&] {
    while (!over) renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
  });
  const std::string paths[] = {a + "/x", root + "/ok/./a//x", root + "/ok/a/../a/x"};
  long made = 0;
  for (Rounds rounds(100000, 1500); rounds.next();) {
    for (const std::string& path : paths) {
      if (mkdir(path.c_str(), 0777) == 0) ++made;
      if (exists(root + "/no/x")) breach("made through the swapped link");
    }
    for (const std::string& place : {a, b}) rmdir((place + "/x").c_str());
    if (exists(root + "/no/x")) breach("made through the swapped link");
  }
  over = true;
  swapper.join();
  if (made == 0) breach("nothing was ever made");
}

// One descriptor number: another thread makes it refer to an allowed and a forbidden object in turn.
#include <thread>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string root = argv[1];
  const std::string good = root + "/ok/f", bad = root + "/no/f";
  const int files[] = {open(good.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600),
                       open(bad.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)};
  mkdir((root + "/ok/d").c_str(), 0777);
  const int dirs[] = {open((root + "/ok/d").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                      open((root + "/no").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  constexpr int file = 100, dir = 101;
  std::atomic<bool> over{false};
  std::atomic<long> flips{0};
  std::thread flipper([&] {
    for (int i = 0; !over; i = 1 - i) {
      dup2(files[i], file);
      dup2(dirs[i], dir);
      ++flips;
    }
  });
  while (flips < 2) {
  }
  for (Rounds rounds(100000, 1500); rounds.next();) {
    fchmod(file, 0666);
    syscall(SYS_fchmodat2, file, "", 0606, AT_EMPTY_PATH);
    fchmodat(dir, "f", 0660, 0);
    mkdirat(dir, "x", 0777);
    if (mode_of(bad) != 0600) breach("the forbidden file's mode is %o", mode_of(bad));
    if (exists(root + "/no/x")) breach("made in the forbidden place");
    unlinkat(dirs[0], "x", AT_REMOVEDIR);
  }
  over = true;
  flipper.join();
  if (mode_of(good) == 0600) breach("nothing was ever changed");
}

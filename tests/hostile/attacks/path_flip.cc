// A path whose directory name another thread flips between an allowed and a forbidden one, all the time.
#include <thread>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string root = argv[1];
  const bool chmods = std::string(argv[2]) == "chmod";
  const std::string good = root + "/ok/x", bad = root + "/no/x";
  if (chmods)
    for (const std::string& file : {good, bad}) close(open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  static char path[4096];
  std::strcpy(path, good.c_str());
  const std::size_t at = root.size() + 1;
  std::atomic<bool> over{false};
  std::thread flipper([&] {
    volatile char* name = path + at;
    while (!over) {
      name[0] = 'n';
      name[1] = 'o';
      for (int i = 0; i < 50; ++i) asm volatile("pause");
      name[0] = 'o';
      name[1] = 'k';
      for (int i = 0; i < 50; ++i) asm volatile("pause");
    }
  });
  long done = 0, denied = 0;
  for (Rounds rounds(100000, 2000); rounds.next();) {
    const int result = chmods ? chmod(path, 0777) : mkdir(path, 0777);
    if (result == 0)
      ++done;
    else if (errno == EACCES)
      ++denied;
    if (!chmods && exists(bad)) breach("a directory was made in the forbidden place");
    if (chmods && mode_of(bad) != 0600) breach("a mode was changed in the forbidden place");
    if (!chmods) rmdir(good.c_str());
  }
  over = true;
  flipper.join();
  if (done == 0 || denied == 0) breach("it never raced: %ld done, %ld denied", done, denied);
}

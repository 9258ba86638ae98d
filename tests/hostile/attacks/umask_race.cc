// Two threads share a umask: what the second makes after the first one's call has returned obeys the new umask.
#include <thread>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string name = std::string(argv[1]) + "/ok/x";
  std::atomic<int> turn{0};  // even: the turn of the thread that changes, odd: of the one that makes
  std::atomic<bool> over{false};
  std::thread changer([&] {
    for (int i = 0; !over; i += 2) {
      while (turn != i && !over) std::this_thread::yield();
      if (over) return;
      umask(i % 4 == 0 ? 022 : 077);
      turn = i + 1;
    }
  });
  for (int i = 0; i < 4000; i += 2) {
    while (turn != i + 1) std::this_thread::yield();
    if (mkdir(name.c_str(), 0777) != 0) breach("mkdir: %s", std::strerror(errno));
    const mode_t expected = i % 4 == 0 ? 0755 : 0700, mode = mode_of(name);
    if (mode != expected) breach("round %d: mode %o instead of %o", i, mode, expected);
    rmdir(name.c_str());
    turn = i + 2;
  }
  over = true;
  changer.join();
  // Without turns: either of the two umasks.
  over = false;
  std::thread racer([&] {
    while (!over) {
      umask(022);
      umask(077);
    }
  });
  for (Rounds rounds(5000, 1000); rounds.next();) {
    if (mkdir(name.c_str(), 0777) != 0) breach("mkdir: %s", std::strerror(errno));
    if (const mode_t mode = mode_of(name); mode != 0755 && mode != 0700)
      breach("mode %o is no umask's", mode);
    rmdir(name.c_str());
  }
  over = true;
  racer.join();
}

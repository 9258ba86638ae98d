// The last component of chmod's path is in turn a file and a symlink to a forbidden file.
#include <thread>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string root = argv[1];
  const std::string a = root + "/ok/a", b = root + "/ok/b", secret = root + "/no/secret";
  for (const std::string& file : {a, secret}) close(open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  if (symlink(secret.c_str(), b.c_str()) != 0) impossible("symlink");
  std::atomic<bool> over{false};
  std::thread swapper([&] {
    while (!over) renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
  });
  long changed = 0;
  for (Rounds rounds(100000, 1500); rounds.next();) {
    if (chmod(a.c_str(), 0777) == 0) ++changed;
    if (syscall(SYS_fchmodat2, AT_FDCWD, a.c_str(), 0777, 0) == 0) ++changed;
    syscall(SYS_fchmodat2, AT_FDCWD, a.c_str(), 0777, AT_SYMLINK_NOFOLLOW);
    if (mode_of(secret) != 0600) breach("the forbidden file's mode is %o", mode_of(secret));
  }
  over = true;
  swapper.join();
  if (changed == 0) breach("nothing was ever changed");
}

// A target without descriptors, memory or room for one more descriptor can still make its calls.
#include <sys/resource.h>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  static char good[4096], bad[4096];
  std::snprintf(good, sizeof good, "%s/ok/x", argv[1]);
  std::snprintf(bad, sizeof bad, "%s/no/x", argv[1]);
  close_range(0, ~0u, 0);
  const rlimit none{0, 0}, little{1 << 20, 1 << 20};
  setrlimit(RLIMIT_NOFILE, &none);
  setrlimit(RLIMIT_AS, &little);
  setrlimit(RLIMIT_FSIZE, &none);
  if (mkdir(good, 0777) != 0) _exit(2);
  if (mkdir(bad, 0777) == 0 || errno != EACCES) _exit(3);
  if (fchmod(5, 0777) == 0 || errno != EBADF) _exit(4);
  if (mkdirat(7, "x", 0777) == 0 || errno != EBADF) _exit(5);
  _exit(0);
}

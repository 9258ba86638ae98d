// Prints the errno of io_uring_setup, 0 if a ring was made.
#include <linux/io_uring.h>

#include "tests/hostile/attacks/attack.h"

int main() {
  io_uring_params params{};
  const long fd = syscall(SYS_io_uring_setup, 4, &params);
  std::printf("%d\n", fd < 0 ? errno : 0);
}

// fchmodat2 by its number, in all its forms, on a forbidden file.
#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string secret = std::string(argv[1]) + "/no/secret", link = std::string(argv[1]) + "/ok/link";
  const int fd = open(secret.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  const int path_only = open(secret.c_str(), O_PATH | O_CLOEXEC);
  const int dir = open((std::string(argv[1]) + "/no").c_str(), O_PATH | O_CLOEXEC);
  if (symlink(secret.c_str(), link.c_str()) != 0) impossible("symlink");
  const std::string by_proc = "/proc/self/fd/" + std::to_string(fd),
                    by_dev = "/dev/fd/" + std::to_string(path_only);
  const struct {
    int dirfd;
    const char* path;
    int flags;
  } ways[] = {{AT_FDCWD, secret.c_str(), 0},
              {fd, "", AT_EMPTY_PATH},
              {path_only, "", AT_EMPTY_PATH},
              {dir, "secret", 0},
              {dir, "../no/secret", 0},
              {AT_FDCWD, link.c_str(), 0},
              {dir, "secret", AT_SYMLINK_NOFOLLOW},
              {AT_FDCWD, by_proc.c_str(), 0},
              {AT_FDCWD, by_dev.c_str(), 0}};
  for (const auto& way : ways) {
    if (syscall(SYS_fchmodat2, way.dirfd, way.path, 0777, way.flags) == 0)
      breach("'%s' was let through", way.path);
    // A 32-bit argument ignores the upper half of its register.
    if (syscall(SYS_fchmodat2, way.dirfd | 0x500000000, way.path, 0777, way.flags | 0x500000000) == 0)
      breach("'%s' with noise was let through", way.path);
  }
  if (fchmod(fd, 0777) == 0 || mode_of(secret) != 0600) breach("the mode was changed");
}

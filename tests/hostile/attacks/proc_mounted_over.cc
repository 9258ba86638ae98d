// A target with its own mount namespace mounts a closed directory over one of its own /proc directories. argv: a
// directory 0700 of root's that contains the directory 1, which is open to all.
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  if (setgroups(0, nullptr) != 0 || setgid(65534) != 0 || setuid(65534) != 0) impossible("setuid");
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) impossible("a user namespace of one's own");
  if (mount(argv[1], "/proc/self/fd", nullptr, MS_BIND, nullptr) != 0) impossible("mount over /proc/self/fd");
  if (mkdir("/proc/self/fd/1/x", 0777) == 0) breach("made in a directory that only root can reach");
  if (errno != EACCES) breach("mkdir: %s", std::strerror(errno));
}

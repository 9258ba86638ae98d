// A target with a mount namespace of its own puts a closed directory in the place of one of its own /proc
// directories. argv: a directory 0700 of root's, in which the directory 1 is open to all.
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

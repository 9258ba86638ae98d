// The supervisor may look at its own /proc files; a target of another user may not, not even through the supervisor.
#include <grp.h>

#include "tests/hostile/attacks/attack.h"

int main(int, char**) {
  const std::string proc = "/proc/" + std::to_string(getppid());
  if (setgroups(0, nullptr) != 0 || setgid(65534) != 0 || setuid(65534) != 0) impossible("setuid");
  for (const char* way : {"/cwd/x", "/root/tmp/scsup-hostile-proc", "/task/"}) {
    std::string path = proc + way;
    if (path.ends_with("/task/")) path += std::to_string(getppid()) + "/cwd/x";
    if (mkdir(path.c_str(), 0777) == 0) breach("made by way of %s", path.c_str());
    if (errno != EACCES) breach("%s: %s", path.c_str(), std::strerror(errno));
  }
  for (int fd = 0; fd < 64; ++fd) {
    const std::string path = proc + "/fd/" + std::to_string(fd);
    if (mkdir((path + "/x").c_str(), 0777) == 0) breach("made in a directory that the supervisor has open");
    if (errno != EACCES && errno != ENOENT) breach("%s: %s", path.c_str(), std::strerror(errno));
    if (chmod(path.c_str(), 0777) == 0) breach("changed what the supervisor has open");
  }
  // Nor may it trace the supervisor or take its descriptors.
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, getppid(), 0));
  if (syscall(SYS_pidfd_getfd, pidfd, 3, 0) >= 0) breach("took a descriptor of the supervisor");
}

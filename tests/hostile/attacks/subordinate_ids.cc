// In a user namespace whose maps another process writes: says that it waits for them, then acts as several of its
// ids. argv: directory; `inside` once it has entered and exec'd, so that the owner of the namespace may look at it
// whatever its ids are.
#include <grp.h>

#include "tests/hostile/attacks/deputies.h"

void enter(char** argv) {
  const std::string root = argv[1];
  if (unshare(CLONE_NEWUSER) != 0) impossible("a user namespace of one's own");
  std::ofstream(root + "/ok/number") << getpid();
  close(open((root + "/begun").c_str(), O_WRONLY | O_CLOEXEC));
  char byte;
  const int go = open((root + "/go").c_str(), O_RDONLY | O_CLOEXEC);
  if (read(go, &byte, 1) < 0) breach("read");
  char inside[] = "inside";
  char* again[] = {argv[0], argv[1], inside, nullptr};
  execv(argv[0], again);
  impossible("exec");
}

int main(int argc, char** argv) {
  if (argc < 3) enter(argv);
  const std::string root = argv[1];
  if (mkdir((root + "/ok/root").c_str(), 02775) != 0) breach("mkdir as root: %s", std::strerror(errno));
  const gid_t group = 9;
  if (setgroups(1, &group) != 0) impossible("setgroups");
  if (syscall(SYS_setfsgid, 7) < 0 || syscall(SYS_setfsuid, 5) < 0) impossible("setfsuid");
  if (mkdir((root + "/ok/five").c_str(), 02775) != 0) breach("mkdir as 5: %s", std::strerror(errno));
  if (mkdir((root + "/ok/root/x").c_str(), 0777) == 0 || errno != EACCES) breach("5 made it in root's");
  if (chmod((root + "/ok/root").c_str(), 0777) == 0 || errno != EPERM) breach("5 changed root's");
}

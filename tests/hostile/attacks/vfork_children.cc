// vfork children make the call while their parent, whose memory they use, stands still.
#include <sys/wait.h>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string name = std::string(argv[1]) + "/ok/v", forbidden = std::string(argv[1]) + "/no/v";
  for (Rounds rounds(1000, 1500); rounds.next();) {
    const pid_t child = vfork();
    if (child == 0) {
      if (mkdir(name.c_str(), 0777) != 0) _exit(1);
      _exit(mkdir(forbidden.c_str(), 0777) == -1 && errno == EACCES ? 0 : 2);
    }
    int status;
    waitpid(child, &status, 0);
    if (status != 0) breach("a vfork child ended with %d", status);
    if (rmdir(name.c_str()) != 0) breach("rmdir: %s", std::strerror(errno));
  }
}

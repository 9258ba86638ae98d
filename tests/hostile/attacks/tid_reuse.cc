// By clone3 with set_tid a task with another identity gets the number of one that has just ended.
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "tests/hostile/attacks/attack.h"

namespace {

pid_t spawn(pid_t number) {
  clone_args arguments{};
  arguments.exit_signal = SIGCHLD;
  if (number != 0) {
    arguments.set_tid = reinterpret_cast<std::uintptr_t>(&number);
    arguments.set_tid_size = 1;
  }
  return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
}

}  // namespace

int main(int, char** argv) {
  const std::string root = argv[1];
  const std::string closed = root + "/ok/closed";
  if (mkdir(closed.c_str(), 0700) != 0) breach("mkdir: %s", std::strerror(errno));
  for (Rounds rounds(100, 2000); rounds.next();) {
    pid_t first = spawn(0);
    if (first < 0) impossible("clone3");
    if (first == 0) {
      const bool made = mkdir((closed + "/x").c_str(), 0777) == 0;
      _exit(made && rmdir((closed + "/x").c_str()) == 0 ? 0 : 1);
    }
    int status;
    waitpid(first, &status, 0);
    if (status != 0) breach("root could not use its own directory");
    pid_t second = spawn(first);
    if (second < 0 && errno == EEXIST) continue;
    if (second < 0) impossible("clone3 with set_tid");
    if (second == 0) {
      // By the raw call: glibc's would involve all threads. Nothing supervises it.
      if (syscall(SYS_setresgid, 65534, 65534, 65534) != 0 ||
          syscall(SYS_setresuid, 65534, 65534, 65534) != 0)
        _exit(2);
      _exit(mkdir((closed + "/x").c_str(), 0777) == -1 && errno == EACCES ? 0 : 3);
    }
    waitpid(second, &status, 0);
    if (status != 0) breach("the second task with that number ended with %d", WEXITSTATUS(status));
  }
}

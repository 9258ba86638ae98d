#include "tests/syscall/inside.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/syscall/calls.h"

namespace twin {

void write_to(const char* path, const std::string& text) {
  const int fd = opened(path, O_WRONLY);
  must(write(fd, text.data(), text.size()), path);
  close(fd);
}

void enter_mapped(const std::string& uids, const std::string& gids, int more) {
  must(prctl(PR_SET_DUMPABLE, 1), "prctl");  // else its maps belong to root outside
  int ready[2];
  must(pipe2(ready, O_CLOEXEC), "pipe");
  const pid_t writer = must(fork(), "fork");
  if (writer == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(ready[1]);
    char byte;
    if (read(ready[0], &byte, 1) != 0) _exit(1);
    const std::string proc = "/proc/" + std::to_string(getppid());
    write_to((proc + "/uid_map").c_str(), uids);
    write_to((proc + "/gid_map").c_str(), gids);
    _exit(0);
  }
  must(unshare(CLONE_NEWUSER | more), "unshare");
  close(ready[1]);
  int status = 1;
  must(waitpid(writer, &status, 0), "wait");
  must(status == 0 ? 0 : -1, "maps");
  close(ready[0]);
  must(syscall(SYS_setgroups, 0, nullptr), "setgroups");
  must(syscall(SYS_setresgid, 0, 0, 0), "setresgid");
  must(syscall(SYS_setresuid, 0, 0, 0), "setresuid");
}

void enter_alone(unsigned uid, unsigned gid, int more) {
  const uid_t outer_uid = geteuid();
  const gid_t outer_gid = getegid();
  must(unshare(CLONE_NEWUSER | more), "unshare");
  write_to("/proc/self/setgroups", "deny");
  write_to("/proc/self/uid_map", std::to_string(uid) + " " + std::to_string(outer_uid) + " 1");
  write_to("/proc/self/gid_map", std::to_string(gid) + " " + std::to_string(outer_gid) + " 1");
}

}  // namespace twin

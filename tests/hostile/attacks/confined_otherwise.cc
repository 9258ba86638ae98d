// A task that is confined in Linux's other ways, none of which scsup shares: limits, an inner filter, mount flags,
// quotas, securebits, personality, keyrings. Prints one line for each attempt; the driver compares with a run without
// scsup.
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <functional>

#include "tests/hostile/attacks/attack.h"

namespace {

std::string place;

void say(const char* who, const char* what, int err) {
  std::printf("%s %s %s\n", who, what, err == 0 ? "done" : std::strerror(err));
  std::fflush(stdout);
}

void try_both(const char* who) {
  const std::string name = place + "/" + who;
  const int made = mkdir(name.c_str(), 0777) == 0 ? 0 : errno;
  const int changed = chmod(name.c_str(), 0700) == 0 ? 0 : errno;
  rlimit size{};
  getrlimit(RLIMIT_FSIZE, &size);
  size.rlim_cur = size.rlim_max;
  setrlimit(RLIMIT_FSIZE, &size);  // otherwise nothing could be printed
  say(who, "mkdir", made);
  say(who, "chmod", changed);
}

void in_child(const char* who, const std::function<void()>& what) {
  const pid_t child = fork();
  if (child == 0) {
    what();
    try_both(who);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status == 0) return;
  std::printf("%s ended by %d\n", who, WTERMSIG(status));
  std::fflush(stdout);
}

void limit(int which, rlim_t value) {
  const rlimit both{value, value};
  setrlimit(static_cast<__rlimit_resource>(which), &both);
}

void filter(std::uint32_t action) {
  sock_filter program[] = {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, 0},          {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, SYS_mkdir},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_chmod}, {BPF_RET | BPF_K, 0, 0, action},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog whole{std::size(program), program};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &whole) != 0)
    breach("seccomp: %s", std::strerror(errno));
}

void mounted(const char* who, const char* options, unsigned long then, bool as_nobody) {
  const std::string before = place, point = place + "/mount-" + who;
  mkdir(point.c_str(), 0777);
  if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("none", point.c_str(), "tmpfs", 0, options) != 0) {
    std::printf("%s can't be mounted\n", who);
    std::fflush(stdout);
    _exit(0);
  }
  chmod(point.c_str(), 01777);
  if (then != 0) mount(nullptr, point.c_str(), nullptr, MS_REMOUNT | MS_BIND | then, nullptr);
  place = point;
  if (!as_nobody) return;
  if (setgid(65534) != 0 || setuid(65534) != 0) breach("setuid: %s", std::strerror(errno));
  for (const char* name : {"1", "2", "3", "4"})
    say(who, name, mkdir((point + "/" + name).c_str(), 0700) == 0 ? 0 : errno);
}

}  // namespace

int main(int, char** argv) {
  place = std::string(argv[1]) + "/ok";
  in_child("file-size", [] {
    const rlimit none{0, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &none);
  });
  in_child("no-files", [] { limit(RLIMIT_NOFILE, 0); });
  in_child("no-processes", [] { limit(RLIMIT_NPROC, 0); });
  in_child("filter-errno", [] { filter(SECCOMP_RET_ERRNO | EXDEV); });
  in_child("filter-trap", [] { filter(SECCOMP_RET_TRAP); });
  in_child("filter-kill", [] { filter(SECCOMP_RET_KILL_PROCESS); });
  in_child("filter-allow", [] { filter(SECCOMP_RET_ALLOW); });
  in_child("personality", [] { personality(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC | STICKY_TIMEOUTS); });
  in_child("keyring", [] { syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr, 0, 0, 0); });
  if (geteuid() != 0) return 0;
  in_child("securebits", [] {
    const std::string theirs = place + "/theirs";
    mkdir(theirs.c_str(), 0700);
    if (chown(theirs.c_str(), 65534, 65534) != 0) breach("chown: %s", std::strerror(errno));
    prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[2]{};
    syscall(SYS_capset, &header, none);
    place = theirs;
  });
  in_child("read-only", [] { mounted("read-only", "", MS_RDONLY, false); });
  in_child("quota", [] { mounted("quota", "usrquota,usrquota_inode_hardlimit=3", 0, true); });
  in_child("inodes", [] { mounted("inodes", "nr_inodes=4", 0, true); });
}

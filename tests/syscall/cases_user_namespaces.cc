// User namespaces that any user may create: one id is mapped, and root inside has rights over it alone.
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"
#include "tests/syscall/inside.h"

namespace twin {

namespace {

void plain() {
  mkdir("dir");
  file("file");
  mkdir("dir/before");
  must(::mkdir("shut", 0700), "mkdir");
  must(::mkdir("shut/inner", 0700), "mkdir");
  must(::chmod("shut", 0), "chmod");
}

void calls() {
  mkdir("after");
  mkdir("dir/after");
  mkdir("dir/after");
  mkdir("absent/x");
  mkdir("file/x");
  mkdir("shut/x");
  mkdir("shut/inner/x");
  chmod("shut/inner", 0750);
  chmod("file", 0640);
  chmod("dir", 02711);
  fchmod(opened("file", O_RDONLY), 0604);
  fchmod(77, 0600);
  fchmodat2(opened("file", O_PATH), "", 0602, AT_EMPTY_PATH);
  mkdir("/proc/self/cwd/by_proc");
  mkdir("/proc/thread-self/cwd/by_thread");
  mkdir("/");
  mkdir("/proc/x");
  show("after");
  show("dir");
  show("file");
}

void unmapped() {
  plain();
  must(unshare(CLONE_NEWUSER), "unshare");
  mkdir("file/x");
  mkdir("dir");
  mkdir("absent/x");
  calls();
}

void as_oneself() {
  plain();
  enter_alone(geteuid(), getegid());
  calls();
}

void as_root() {
  plain();
  enter_alone(0, 0);
  calls();
}

void as_nobody() {
  plain();
  enter_alone(65534, 65534);
  calls();
}

// Root inside is root over what is mounted there, and a mount can be unmounted after use.
void own_tmpfs() {
  must(::mkdir("m", 0755), "mkdir");
  enter_alone(0, 0, CLONE_NEWNS);
  must(mount("twin", "m", "tmpfs", 0, "mode=0750"), "mount tmpfs");
  mkdir("m/a");
  mkdir("m/a/../b", 02700);
  chmod("m/b", 04711);
  chmod("m", 0);
  mkdir("m/c");
  link_to("a", "m/link");
  mkdir("m/link/x");
  mkdir("m/link");
  mkdir("m/absent/x");
  chmod("m/link", 01777);
  for (const char* path : {"m", "m/a", "m/b", "m/c", "m/a/x"}) show(path);
  tried("umount", umount2("m", 0));
  mkdir("m/under");
}

void overlay() {
  for (const char* name : {"lower", "upper", "work", "m", "lower/dir", "lower/dir/deep", "lower/shut"})
    must(::mkdir(name, 0755), name);
  file("lower/file");
  must(::chmod("lower/shut", 0), "chmod");
  enter_alone(0, 0, CLONE_NEWNS);
  if (!tried("mount overlay",
             mount("twin", "m", "overlay", 0, "lowerdir=lower,upperdir=upper,workdir=work,userxattr")))
    return;
  mkdir("m/new", 02755);
  mkdir("m/dir/new");
  mkdir("m/dir/deep/new");
  mkdir("m/shut/new");
  chmod("m/file", 0604);
  chmod("m/dir", 01777);
  chmod("m/shut", 0700);
  mkdir("m/file/x");
  must(rmdir("m/dir/new"), "rmdir");
  mkdir("m/dir/new", 0700);
  for (const char* path : {"m/new", "m/dir", "m/dir/new", "m/file", "m/shut", "m/shut/new"}) show(path);
  tried("umount", umount2("m", 0));
  for (const char* path : {"lower/file", "upper/file", "upper/dir", "upper/dir/deep/new"}) show(path);
  // work/work, which overlayfs makes, is 0000.
  ::chmod("work/work", 0755);
}

void by_own_procfs() {
  file("file");
  must(::mkdir("dir", 0755), "mkdir");
  enter_alone(0, 0);
  const std::string by_file = "/proc/self/fd/" + std::to_string(opened("file", O_RDONLY));
  const std::string by_dir = "/proc/self/fd/" + std::to_string(opened("dir", O_PATH));
  chmod(by_file.c_str(), 0640);
  fchmodat2(AT_FDCWD, by_file.c_str(), 0644, AT_SYMLINK_NOFOLLOW);
  mkdir((by_dir + "/a").c_str());
  mkdir((by_dir + "/../c").c_str());
  mkdir("/proc/self/root/proc/self/cwd/dir");
  chmod("/proc/self/fd/77", 0600);
  chmod("/proc/self/task/1/cwd", 0600);
  mkdir("/proc/self/fd/x");
  mkdir("/proc/self/x");
  show("file");
}

// A change of ids has made it not dumpable: it may still look at itself, though its uid may not.
void by_own_procfs_undumpable() {
  must(prctl(PR_SET_DUMPABLE, 0), "prctl");
  by_own_procfs();
}

// Each of them has a namespace inside the other's.
void nested() {
  plain();
  enter_alone(0, 0);
  calls();
  enter_alone(7, 7, CLONE_NEWNS);
  must(::mkdir("m", 0755), "mkdir");
  must(mount("twin", "m", "tmpfs", 0, nullptr), "mount tmpfs");
  mkdir("m/x");
  mkdir("deep");
  chmod("shut", 0700);
  chmod("deep", 02711);
  show("m/x");
  show("deep");
}

// A parent follows its child into a namespace, and a grandchild loses the capabilities by the rules of exec.
void joined() {
  plain();
  int ready[2], go[2];
  must(pipe2(ready, O_CLOEXEC), "pipe");
  must(pipe2(go, O_CLOEXEC), "pipe");
  const pid_t child = must(fork(), "fork");
  char byte = 0;
  if (child == 0) {
    enter_alone(0, 0);
    must(write(ready[1], &byte, 1), "write");
    must(read(go[0], &byte, 1), "read");
    mkdir("childs");
    _exit(0);
  }
  must(read(ready[0], &byte, 1), "read");
  const int user_namespace = opened(("/proc/" + std::to_string(child) + "/ns/user").c_str(), O_RDONLY);
  must(setns(user_namespace, CLONE_NEWUSER), "setns");
  calls();
  must(write(go[1], &byte, 1), "write");
  must(waitpid(child, nullptr, 0), "wait");
  show("childs");
}

}  // namespace

Cases user_namespace_cases() {
  return {
      {"user_namespace_unmapped", user_namespace, unmapped},
      {"user_namespace_as_oneself", user_namespace, as_oneself},
      {"user_namespace_as_root", user_namespace, as_root},
      {"user_namespace_as_nobody", user_namespace, as_nobody},
      {"user_namespace_tmpfs", user_namespace, own_tmpfs},
      {"user_namespace_overlay", user_namespace, overlay},
      {"user_namespace_procfs", user_namespace, by_own_procfs},
      // Only root's scsup can look at such a process.
      {"user_namespace_procfs_undumpable", user_namespace | root, by_own_procfs_undumpable},
      {"user_namespace_nested", user_namespace, nested},
      {"user_namespace_joined", user_namespace, joined},
  };
}

}  // namespace twin

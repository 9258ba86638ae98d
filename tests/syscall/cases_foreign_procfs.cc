// A procfs that isn't the supervisor's: another mount of it, another PID namespace, inside a chroot.
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

void own_mounts() {
  must(unshare(CLONE_NEWNS), "unshare");
  must(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make private");
}

// No real root has these names: a supervisor that leaves the jail must find nothing to change.
void in_jail() {
  for (const char* name : {"jail", "jail/proc", "jail/twin-work", "twin-outside"})
    must(::mkdir(name, 0755), name);
}

void look_around() {
  for (const char* path :
       {"/proc/self/cwd/a", "/proc/thread-self/cwd/b", "/proc/self/../../twin-c", "/proc/self/../twin-d",
        "/proc/thread-self/../../cwd/e", "/proc/thread-self/../../../../twin-f", "/proc/self/root/twin-g",
        "/proc/self/../self/cwd/h", "/proc/self/root/../../twin-i", "/proc/self/cwd/../../../twin-j",
        "/proc/self/../../../twin-outside/k", "/proc/self"})
    mkdir(path);
  chmod("/proc/self/cwd", 0711);
  chmod("/proc/self/../../twin-work", 0710);
  for (const char* path : {"/", "/twin-c", "/twin-f", "/twin-g", "/twin-i", "/twin-j", "/twin-work",
                           "/twin-work/a", "/twin-work/b", "/twin-work/e", "/twin-work/h"})
    show(path);
}

void another_mount() {
  in_jail();
  own_mounts();
  must(mount("twin", "jail/proc", "proc", 0, nullptr), "mount proc");
  must(chroot("jail"), "chroot");
  must(chdir("/twin-work"), "chdir");
  look_around();
}

void pid_namespace() {
  in_jail();
  own_mounts();
  const int dir = opened("twin-outside", O_PATH);
  const std::string at = "/proc/self/fd/" + std::to_string(dir);
  must(unshare(CLONE_NEWPID), "unshare");
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    // /proc still belongs to the namespace above, where this process has another number.
    mkdir("/proc/self/cwd/above");
    mkdir((at + "/above").c_str());
    must(mount("twin", "jail/proc", "proc", 0, nullptr), "mount proc");
    mkdir("jail/proc/self/cwd/below");
    mkdir("jail/proc/1/cwd/first");
    must(chroot("jail"), "chroot");
    must(chdir("/twin-work"), "chdir");
    look_around();
    mkdir("/proc/1/cwd/number");
    mkdir((at + "/inside").c_str());
    _exit(3);
  }
  int status;
  must(waitpid(child, &status, 0), "waitpid");
  say("child ended with " + std::to_string(status));
  // The procfs of the namespace below, now without a first process: we have no number in it.
  mkdir("jail/proc/self/cwd/x");
}

void no_number_there() {
  in_jail();
  own_mounts();
  int ready[2], done[2];
  must(pipe(ready), "pipe");
  must(pipe(done), "pipe");
  must(unshare(CLONE_NEWPID), "unshare");
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    close(done[1]);
    must(mount("twin", "jail/proc", "proc", 0, nullptr), "mount proc");
    must(write(ready[1], "", 1), "write");
    char byte;
    _exit(read(done[0], &byte, 1) < 0);
  }
  char byte;
  must(read(ready[0], &byte, 1), "read");
  mkdir("jail/proc/self/cwd/x");
  mkdir("jail/proc/self");
  mkdir("jail/proc/thread-self/cwd/x");
  mkdir("jail/proc/1/cwd/its");
  mkdir("jail/proc/self/x");
  chmod("jail/proc/self/cwd", 0700);
  close(done[1]);
  int status;
  must(waitpid(child, &status, 0), "waitpid");
}

}  // namespace

Cases foreign_procfs_cases() {
  return {
      {"procfs_another_mount", root, another_mount},
      {"procfs_pid_namespace", root, pid_namespace},
      {"procfs_no_number_there", root, no_number_there},
  };
}

}  // namespace twin

// Links in /proc that lead each task somewhere else.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

// The label leaves out numbers that differ from run to run.
long mkdir_at(const std::string& label, const std::string& path) {
  return raw("mkdir " + label, SYS_mkdir, reinterpret_cast<Raw>(path.c_str()), 0755);
}
long chmod_at(const std::string& label, const std::string& path, Raw mode) {
  return raw("chmod " + label, SYS_chmod, reinterpret_cast<Raw>(path.c_str()), mode);
}

void self() {
  mkdir("dir");
  for (const char* path : {"/proc/self/cwd/a",
                           "/proc/thread-self/cwd/b",
                           "/proc/self/cwd/dir/c",
                           "/proc/self/cwd/../d_is_not_ours/x",
                           "/proc/self/cwd",
                           "/proc/self/cwd/.",
                           "/proc/self",
                           "/proc/self/x",
                           "/proc/self/fd/x",
                           "/proc/thread-self/x",
                           "/proc/self/../self/cwd/e",
                           "/proc/self/./cwd/f",
                           "/proc/self/task/../cwd/g",
                           "/proc//self//cwd//h",
                           "/proc/thread-self/../../cwd/i",
                           "/proc/self/exe",
                           "/proc/self/exe/x",
                           "/proc/self/ns/mnt/x",
                           "/proc/mounts/x",
                           "/proc/self/root/proc/self/cwd/j",
                           "/proc/net/x",
                           "/proc/self/map_files/x",
                           "/proc/self/attr/x"})
    mkdir(path);
  for (const char* path : {"/proc/self/cwd", "/proc/self/cwd/", "/proc/thread-self/cwd/dir",
                           "/proc/self/status", "/proc/self/root/proc/self/comm", "/proc/self",
                           "/proc/thread-self", "/proc/self/ns/mnt", "/proc/mounts"})
    chmod(path, 0755);
  mkdir(("/proc/self/root" + std::string(get_current_dir_name()) + "/k").c_str());
  mkdir(("/proc/thread-self/root" + std::string(get_current_dir_name()) + "/dir/../l").c_str());
}

void descriptors() {
  mkdir("dir");
  file("file");
  link_to("file", "link");
  const int dir = opened("dir", O_PATH), plain = opened("file", O_RDONLY), path_only = opened("file", O_PATH);
  const int link = opened("link", O_PATH | O_NOFOLLOW);
  int pipes[2];
  must(pipe(pipes), "pipe");
  for (const char* who : {"self", "thread-self"}) {
    for (const auto& [name, fd] : {std::pair{"dir", dir},
                                   {"plain", plain},
                                   {"path_only", path_only},
                                   {"link", link},
                                   {"pipe", pipes[0]},
                                   {"closed", 777}}) {
      const std::string at = "/proc/" + std::string(who) + "/fd/" + std::to_string(fd);
      mkdir_at(std::string(who) + name, at);
      mkdir_at(std::string(who) + name + "/", at + "/");
      mkdir_at(std::string(who) + name + "/x", at + "/" + who);
      mkdir_at(std::string(who) + name + "/../x", at + "/../" + who + "2");
      chmod_at(std::string(who) + name, at, 0741);
      chmod_at(std::string(who) + name + "/", at + "/", 0714);
      fchmodat2(AT_FDCWD, at.c_str(), 0600, AT_SYMLINK_NOFOLLOW);
    }
  }
  mkdirat(opened("/proc/self/fd", O_PATH), (std::to_string(dir) + "/by_dirfd").c_str());
  mkdirat(opened("/proc/self", O_PATH), "cwd/by_self");
  mkdir(("/dev/fd/" + std::to_string(dir) + "/by_dev").c_str());
}

void by_number() {
  mkdir("dir");
  const int dir = opened("dir", O_PATH);
  const std::string me = "/proc/" + std::to_string(getpid());
  mkdir_at("PID/cwd/a", me + "/cwd/a");
  mkdir_at("PID/fd/N/b", me + "/fd/" + std::to_string(dir) + "/b");
  mkdir_at("PID/task/PID/cwd/c", me + "/task/" + std::to_string(getpid()) + "/cwd/c");
  chmod_at("PID/fd/N", me + "/fd/" + std::to_string(dir), 0711);
  mkdir_at("PID/root/...", me + "/root/" + get_current_dir_name() + "/d");
  mkdir_at("PID/x", me + "/x");
  mkdir_at("PPID/x", "/proc/" + std::to_string(getppid()) + "/x");
  mkdir("/proc/1/x");
  mkdir("/proc/4194305/x");
}

void child_of() {
  mkdir("here");
  mkdir("there");
  const int dir = opened("here", O_PATH);
  int ready[2], done[2];
  must(pipe(ready), "pipe");
  must(pipe(done), "pipe");
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    must(chdir("there"), "chdir");
    must(dup2(opened(".", O_PATH), dir), "dup2");
    close(done[1]);
    must(write(ready[1], "", 1), "write");
    char byte;
    _exit(read(done[0], &byte, 1) < 0);
  }
  char byte;
  must(read(ready[0], &byte, 1), "read");
  const std::string its = "/proc/" + std::to_string(child);
  mkdir_at("CHILD/cwd/a", its + "/cwd/a");
  mkdir_at("CHILD/fd/N/b", its + "/fd/" + std::to_string(dir) + "/b");
  mkdir_at("self/fd/N/c", "/proc/self/fd/" + std::to_string(dir) + "/c");
  chmod_at("CHILD/cwd", its + "/cwd", 0711);
  mkdir_at("CHILD/cwd/../d", its + "/cwd/../d");
  close(done[1]);
  int status;
  must(waitpid(child, &status, 0), "waitpid");
}

void as_glibc() {  // fchmodat(AT_SYMLINK_NOFOLLOW) before glibc knew fchmodat2
  file("file");
  link_to("file", "link");
  for (const char* name : {"file", "link"}) {
    const int fd = opened(name, O_PATH | O_NOFOLLOW);
    chmod_at("/proc/self/fd/N of " + std::string(name), "/proc/self/fd/" + std::to_string(fd), 0600);
    show(name);
    close(fd);
  }
}

void deleted() {
  file("file");
  const int fd = opened("file", O_PATH);
  must(unlink("file"), "unlink");
  chmod_at("/proc/self/fd/N, deleted", "/proc/self/fd/" + std::to_string(fd), 0640);
  show("/proc/self/fd/" + std::to_string(fd));
  must(::mkdir("dir", 0755), "mkdir");
  const int dir = opened("dir", O_PATH);
  must(rmdir("dir"), "rmdir");
  mkdir_at("/proc/self/fd/N/x, deleted", "/proc/self/fd/" + std::to_string(dir) + "/x");
  chmod_at("/proc/self/fd/N, deleted directory", "/proc/self/fd/" + std::to_string(dir), 0700);
  mkdir("made");
}

// Following one's own links needs no right to look at the process, whatever ids the thread has.
void with_other_ids() {
  must(::mkdir("dir", 0777), "mkdir");
  must(::chmod("dir", 0777), "chmod");
  must(::chmod(".", 0777), "chmod");
  const int dir = opened("dir", O_PATH);
  const std::string at = "/proc/self/fd/" + std::to_string(dir);
  syscall(SYS_setfsuid, 65534);
  mkdir_at("self/fd/N/fsuid", at + "/fsuid");
  mkdir("/proc/self/cwd/fsuid");
  mkdir("/proc/thread-self/cwd/thread");
  mkdir("/proc/1/cwd/x");
  chmod_at("self/fd/N", at, 0700);
  syscall(SYS_setfsuid, 0);
  must(syscall(SYS_setresuid, -1, 65534, -1), "seteuid");
  mkdir_at("self/fd/N/euid", at + "/euid");
  mkdir("/proc/self/cwd/euid");
  must(syscall(SYS_setresuid, 65534, 65534, 65534), "setresuid");
  mkdir_at("self/fd/N/user", at + "/user");
  mkdir("/proc/self/cwd/user");
}

}  // namespace

Cases procfs_cases() {
  return {
      {"proc_self", nothing, self},
      {"proc_descriptors", nothing, descriptors},
      {"proc_by_number", nothing, by_number},
      {"proc_of_child", nothing, child_of},
      {"proc_as_glibc", nothing, as_glibc},
      {"proc_deleted", nothing, deleted},
      {"proc_with_other_ids", root, with_other_ids},
  };
}

}  // namespace twin

// Removing names: which objects, how they are named, by whom, and what is mounted on them.
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"
#include "tests/syscall/inside.h"

namespace twin {

namespace {

constexpr const char* each[] = {"dir",    "full",     "file", "fifo",  "to_file",
                                "to_dir", "dangling", "loop", "absent"};

void one_of_each() {
  for (const char* name : {"dir", "full", "full/sub"}) must(::mkdir(name, 0755), name);
  file("file");
  must(mkfifo("fifo", 0644), "mkfifo");
  link_to("file", "to_file");
  link_to("dir", "to_dir");
  link_to("nowhere", "dangling");
  link_to("loop", "loop");
}

void each_kind() {
  one_of_each();
  for (const char* name : each) {
    unlink(name);
    rmdir(name);
    show(name);
  }
}

void by_flags() {
  one_of_each();
  for (const char* name : each) {
    for (const int flags : {AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 1, AT_REMOVEDIR | 1, AT_REMOVEDIR, 0, ~0})
      unlinkat(AT_FDCWD, name, flags);
    show(name);
  }
}

void odd_names() {
  one_of_each();
  for (const char* path : {"",
                           ".",
                           "..",
                           "/",
                           "//",
                           "/.",
                           "/..",
                           "./",
                           "dir/.",
                           "dir/..",
                           "dir/./",
                           "full/..",
                           "full/sub/..",
                           "full/sub/.",
                           "absent/.",
                           "absent/..",
                           "file/.",
                           "file/..",
                           "to_dir/.",
                           "to_dir/..",
                           "dangling/.",
                           "loop/..",
                           "/dev/null/",
                           "/proc/self",
                           "/proc/self/cwd",
                           "/proc/self/cwd/absent"}) {
    unlink(path);
    rmdir(path);
  }
  for (const char* name : each)
    for (const char* tail : {"/", "//", "/x", "/x/", "/."}) {
      const std::string path = std::string(name) + tail;
      unlink(path.c_str());
      if (std::strcmp(name, "dir") != 0 || tail[1] != 0) rmdir(path.c_str());
    }
  rmdir("to_dir/");
  rmdir("dir//");
  show("dir");
  unlink(std::string(255, 'n').c_str());
  unlink(std::string(256, 'n').c_str());
  rmdir(std::string(4095, 'n').c_str());
  rmdir(std::string(4096, 'n').c_str());
  raw("unlink nowhere", SYS_unlink, 1);
  raw("rmdir nowhere", SYS_rmdir, 0);
  raw("unlinkat nowhere with bad flags", SYS_unlinkat, static_cast<Raw>(AT_FDCWD), 0, 1);
}

void dirfds() {
  one_of_each();
  const int full = opened("full", O_RDONLY), by_path = opened("full", O_PATH),
            plain = opened("file", O_RDONLY);
  unlinkat(-1, "file", 0);
  unlinkat(77, "file", 0);
  unlinkat(plain, "file", 0);
  unlinkat(by_path, "../file", AT_REMOVEDIR);
  unlinkat(by_path, "../file", 0);
  unlinkat(full, "", AT_REMOVEDIR);
  unlinkat(full, ".", AT_REMOVEDIR);
  unlinkat(-1, (std::string(get_current_dir_name()) + "/fifo").c_str(), 0);
  unlinkat(full, "sub", 0);
  unlinkat(full, "sub", AT_REMOVEDIR);
  unlinkat(full, "../full", AT_REMOVEDIR);
  unlinkat(full, "x", 0);
  must(chdir("dir"), "chdir");
  rmdir("../dir");
  unlink("x");
  rmdir(".");
  rmdir("../dir");
}

void while_open() {
  must(mkfifo("fifo", 0644), "mkfifo");
  const int fd = must(open("file", O_CREAT | O_RDWR | O_CLOEXEC, 0600), "file");
  unlink("file");
  tried("write", write(fd, "kept", 4));
  struct stat st;
  must(fstat(fd, &st), "fstat");
  say("links " + std::to_string(st.st_nlink) + " size " + std::to_string(st.st_size));
  fchmod(fd, 0640);
  file("first");
  must(::link("first", "second"), "link");
  unlink("first");
  show("second");
}

void refused() {
  for (const char* name : {"shut", "shut/dir", "sticky", "sticky/theirs", "open", "open/dir"})
    must(::mkdir(name, 0755), name);
  for (const char* name : {"shut/file", "sticky/file", "open/file"}) file(name);
  must(::chmod("sticky", 01777), "chmod");
  must(::chmod("open", 0777), "chmod");
  if (geteuid() == 0) {
    must(lchown("sticky/theirs", 65534, 65534), "chown");
    must(::chmod(".", 0755), "chmod");
    must(syscall(SYS_setfsuid, 65534) >= 0 ? 0 : -1, "setfsuid");
  }
  for (const mode_t mode : {0500, 0600, 0000}) {
    if (geteuid() != 0) must(::chmod("shut", mode), "chmod");
    for (const char* path : {"shut/file", "shut/absent", "sticky/file", "open/absent"}) unlink(path);
    for (const char* path : {"shut/dir", "shut/absent", "shut/.", "shut/.."}) rmdir(path);
  }
  if (geteuid() != 0) must(::chmod("shut", 0700), "chmod");
  rmdir("sticky/theirs");
  unlink("open/file");
  rmdir("open/dir");
}

void own_mounts() {
  must(unshare(CLONE_NEWNS), "unshare");
  must(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make private");
}

// A mount point in the caller's namespace stays, by whatever path it is named.
void mount_points() {
  for (const char* name : {"m", "a", "a/x", "b", "held"}) must(::mkdir(name, 0755), name);
  for (const char* name : {"over", "under", "held/file", "a/plain"}) file(name);
  own_mounts();
  must(mount("twin", "m", "tmpfs", 0, nullptr), "mount");
  must(mount("over", "under", nullptr, MS_BIND, nullptr), "bind a file");
  must(mount("a", "b", nullptr, MS_BIND, nullptr), "bind a directory");
  must(mount("twin", "a/x", "tmpfs", 0, nullptr), "mount below");  // isn't in b, but is the same directory
  for (const char* path : {"m", "m/", "a/x", "b/x", "b", "m/.", "m/.."}) rmdir(path);
  for (const char* path : {"under", "over", "b/plain", "m"}) unlink(path);
  must(umount2("a/x", 0), "umount");
  rmdir("b/x");
  must(umount2("under", 0), "umount");
  unlink("under");
  must(mount("held", "held", nullptr, MS_BIND | MS_REC, nullptr), "bind");
  must(mount(nullptr, "held", nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr), "read-only");
  unlink("held/file");
  rmdir("held");
  show("held/file");
}

// A mount point only in another namespace is removed, and the mount with it.
void mounted_elsewhere() {
  must(::mkdir("m", 0755), "mkdir");
  own_mounts();
  must(mount("twin", "m", "tmpfs", 0, nullptr), "mount");
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    own_mounts();
    must(umount2("m", 0), "umount");
    rmdir("m");
    show("m");
    _exit(0);
  }
  must(waitpid(child, nullptr, 0), "waitpid");
  show("m");
  must(::mkdir("m", 0700), "mkdir");
  rmdir("m");
}

void in_user_namespace() {
  for (const char* name : {"m", "dir", "shut", "shut/in"}) must(::mkdir(name, 0755), name);
  file("file");
  file("shut/file");
  must(::chmod("shut", 0), "chmod");
  enter_alone(0, 0, CLONE_NEWNS);
  must(mount("twin", "m", "tmpfs", 0, nullptr), "mount");
  file("m/inside");
  rmdir("m");
  unlink("m/inside");
  unlink("shut/file");
  rmdir("shut/in");
  must(umount2("m", 0), "umount");
  rmdir("m");
  unlink("file");
  rmdir("dir");
}

}  // namespace

Cases remove_cases() {
  return {
      {"remove_each_kind", nothing, each_kind},
      {"remove_by_flags", nothing, by_flags},
      {"remove_odd_names", nothing, odd_names},
      {"remove_dirfds", nothing, dirfds},
      {"remove_while_open", nothing, while_open},
      {"remove_refused", nothing, refused},
      {"remove_mount_points", root, mount_points},
      {"remove_mounted_elsewhere", root, mounted_elsewhere},
      {"remove_in_user_namespace", user_namespace, in_user_namespace},
  };
}

}  // namespace twin

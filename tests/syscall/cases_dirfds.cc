// dirfd: every kind of object that it can refer to, and flags.
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

Raw at(const char* path) { return reinterpret_cast<Raw>(path); }

void through(int dirfd, const char* name) {
  mkdirat(dirfd, name);
  mkdirat(dirfd, (std::string(name) + "/below").c_str());
  mkdirat(dirfd, ".");
  mkdirat(dirfd, "..");
  fchmodat(dirfd, name, 0701);
  fchmodat2(dirfd, name, 0702, AT_SYMLINK_NOFOLLOW);
  fchmodat2(dirfd, ".", 0755, 0);
}

void directories() {
  mkdir("dir");
  link_to("dir", "to_dir");
  through(AT_FDCWD, "cwd");
  through(opened("dir", O_RDONLY | O_DIRECTORY), "read");
  through(opened("dir", O_PATH), "path_only");
  through(opened("to_dir", O_PATH), "linked");
  const int high = must(fcntl(opened("dir", O_PATH), F_DUPFD, 900), "dup");
  through(high, "high");
}

void others() {
  mkdir("dir");
  file("file");
  link_to("dir", "to_dir");
  int pipes[2];
  must(pipe(pipes), "pipe");
  through(opened("file", O_RDONLY), "x");
  through(opened("file", O_PATH), "x");
  through(opened("to_dir", O_PATH | O_NOFOLLOW), "x");
  through(pipes[0], "x");
  through(must(socket(AF_UNIX, SOCK_STREAM, 0), "socket"), "x");
  through(must(memfd_create("m", 0), "memfd_create"), "x");
  through(must(eventfd(0, 0), "eventfd"), "x");
}

void none() {
  mkdir("dir");
  const int closed = opened("dir", O_PATH);
  close(closed);
  for (int dirfd : {closed, -1, -2, 1000000, -99, -101, 0x7fffffff, static_cast<int>(0x80000000)}) {
    through(dirfd, "x");
    fchmodat2(dirfd, "", 0700, AT_EMPTY_PATH);
    const std::string absolute = std::string(get_current_dir_name()) + "/dir";
    mkdirat(dirfd, absolute.c_str());
    fchmodat(dirfd, absolute.c_str(), 0711);
  }
}

void upper_half() {
  mkdir("dir");
  const Raw dir = static_cast<Raw>(opened("dir", O_PATH));
  const Raw garbage = 0xdeadbeef00000000ul;
  raw("mkdirat cwd, zeros above", SYS_mkdirat, 0xffffff9cul, at("zero"), 0755);
  raw("mkdirat cwd, garbage above", SYS_mkdirat, garbage | 0xffffff9cul, at("garbage"), 0755);
  raw("mkdirat dir, garbage above", SYS_mkdirat, garbage | dir, at("in"), garbage | 0755);
  raw("mkdir, garbage above the mode", SYS_mkdir, at("mode"), garbage | 0x7fff0000u | 0750);
  raw("chmod, garbage above the mode", SYS_chmod, at("mode"), garbage | 0x7fff0000u | 0711);
  raw("fchmodat dir, garbage above", SYS_fchmodat, garbage | dir, at("in"), garbage | 0700);
  raw("fchmodat, flags that it doesn't have", SYS_fchmodat, dir, at("in"), 0705, 0xffff);
  raw("fchmodat2, garbage above flags", SYS_fchmodat2, dir, at("in"), 0701, garbage | AT_SYMLINK_NOFOLLOW);
  raw("fchmod dir, garbage above", SYS_fchmod, garbage | static_cast<Raw>(opened("dir", O_RDONLY)),
      garbage | 0751);
}

void flags() {
  mkdir("dir");
  file("file");
  const int dir = opened("dir", O_PATH), plain = opened("file", O_RDONLY);
  for (int bits : {0, 1, 2, AT_REMOVEDIR, AT_SYMLINK_FOLLOW, AT_NO_AUTOMOUNT, AT_SYMLINK_NOFOLLOW | 1,
                   AT_EMPTY_PATH | 0x8000, -1, static_cast<int>(0x80000000), AT_EMPTY_PATH,
                   AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW}) {
    fchmodat2(dir, "", 0711, bits);
    fchmodat2(plain, "", 0604, bits);
    fchmodat2(AT_FDCWD, "", 0755, bits);
    fchmodat2(AT_FDCWD, "file", 0640, bits);
    fchmodat2(AT_FDCWD, "absent", 0640, bits);
    fchmodat2(-1, "file", 0640, bits);
    fchmodat2(plain, "x", 0640, bits);
    fchmodat2(-1, "", 0640, bits);
  }
}

void gone() {
  mkdir("left");
  mkdir("left/gone");
  const int dir = opened("left/gone", O_RDONLY);
  must(rmdir("left/gone"), "rmdir");
  through(dir, "x");
  mkdirat(dir, "../beside");
  fchmod(dir, 0700);
  fchmodat2(dir, "", 0711, AT_EMPTY_PATH);
  show("/proc/self/fd/" + std::to_string(dir) + "/.");
}

}  // namespace

Cases dirfd_cases() {
  return {
      {"dirfd_directories", nothing, directories},
      {"dirfd_others", nothing, others},
      {"dirfd_none", nothing, none},
      {"dirfd_upper_half", nothing, upper_half},
      {"dirfd_flags", nothing, flags},
      {"dirfd_gone", nothing, gone},
  };
}

}  // namespace twin

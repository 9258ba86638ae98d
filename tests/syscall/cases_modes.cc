// Mode bits and umask.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

constexpr Raw every[] = {0,       0111,           0222,       0444,   0777,     01777,
                         02777,   04777,          07777,      010000, 0170755,  0100644,
                         0177777, 0x10000 | 0755, 0xffffffff, ~0ul,   ~07777ul, 0x1ed00000000ul};

void bits_of_mkdir() {
  int n = 0;
  for (Raw mode : every) mkdir(("d" + std::to_string(n++)).c_str(), mode);
  must(umask(0), "umask");
  for (Raw mode : every) mkdir(("d" + std::to_string(n++)).c_str(), mode);
}

void bits_of_chmod() {
  mkdir("dir");
  file("file");
  for (const char* path : {"dir", "file"})
    for (Raw mode : every) {
      chmod(path, mode);
      show(path);
      const int fd = open(path, O_RDONLY);
      if (fd < 0) continue;
      fchmod(fd, ~mode);
      close(fd);
      show(path);
      fchmodat2(AT_FDCWD, path, mode ^ 0707, 0);
      show(path);
    }
}

void umask_before_each() {
  for (mode_t mask : {0, 022, 077, 027, 0777, 0111, 0007, 07000, 07777}) {
    umask(mask);
    mkdir(("u" + std::to_string(mask)).c_str());
    umask(0);
    mkdir(("v" + std::to_string(mask)).c_str());
  }
  umask(022);
  for (int i = 0; i < 50; ++i) {  // a stale umask would show in one of these
    umask(static_cast<mode_t>(i) * 5 % 0777);
    mkdir(("w" + std::to_string(i)).c_str());
  }
}

void umask_and_chmod() {
  umask(0777);
  mkdir("dir");
  file("file", 0666);
  chmod("dir", 0777);
  chmod("file", 0666);
}

void setgid_parent() {
  mkdir("parent");
  chmod("parent", 02775);
  show("parent");
  mkdir("parent/a");
  mkdir("parent/a/b", 0700);
  mkdir("parent/c", 07777);
  show("parent/a");
  chmod("parent/a", 0755);
  mkdir("parent/a/d");
  chmod("parent/a", 02755);
}

void sticky_bits() {
  mkdir("dir");
  file("file");
  file("run", 0755);
  chmod("dir", 01777);
  mkdir("dir/x", 01755);
  chmod("file", 01644);
  chmod("run", 06755);
  chmod("run", 01755);
  chmod("run", 02745);
  chmod("run", 04700);
}

void unchanged() {
  file("file");
  struct stat before, after;
  must(stat("file", &before), "stat");
  chmod("file", 0644);
  must(stat("file", &after), "stat");
  say(before.st_mode == after.st_mode ? "same mode" : "other mode");
  chmod("/dev/null", 0666);
  chmod("/proc", 0555);
  chmod("/proc/self", 0555);
  chmod("/proc/self/status", 0444);
  chmod("/sys", 0555);
  chmod("/etc/passwd/", 0644);
  mkdir("/proc/x");
  mkdir("/sys/x");
  mkdir("/dev/null/x");
  mkdir("/absent-for-sure/x");
}

}  // namespace

Cases mode_cases() {
  return {
      {"mode_bits_of_mkdir", nothing, bits_of_mkdir},    {"mode_bits_of_chmod", nothing, bits_of_chmod},
      {"umask_before_each", nothing, umask_before_each}, {"umask_and_chmod", nothing, umask_and_chmod},
      {"setgid_parent", nothing, setgid_parent},         {"sticky_bits", nothing, sticky_bits},
      {"kernel_file_systems", nothing, unchanged},
  };
}

}  // namespace twin

// User namespaces. Capabilities that only count in there are not what these are about: scsup doesn't use
// them.
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

void write_to(const char* path, const std::string& text) {
  const int fd = opened(path, O_WRONLY);
  must(write(fd, text.data(), text.size()), path);
  close(fd);
}

void plain() {
  mkdir("dir");
  file("file");
  mkdir("dir/before");
}

void calls() {
  mkdir("after");
  mkdir("dir/after");
  mkdir("dir/after");
  mkdir("absent/x");
  chmod("file", 0640);
  chmod("dir", 0711);
  fchmod(opened("file", O_RDONLY), 0604);
  mkdir("/proc/self/cwd/by_proc");
  mkdir("/");
}

void unmapped() {
  plain();
  must(unshare(CLONE_NEWUSER), "unshare");
  mkdir("file/x");
  mkdir("dir");
  mkdir("absent/x");
}

void as_oneself() {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  plain();
  must(unshare(CLONE_NEWUSER), "unshare");
  write_to("/proc/self/setgroups", "deny");
  write_to("/proc/self/uid_map", std::to_string(uid) + " " + std::to_string(uid) + " 1");
  write_to("/proc/self/gid_map", std::to_string(gid) + " " + std::to_string(gid) + " 1");
  calls();
}

void as_root() {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  plain();
  must(unshare(CLONE_NEWUSER), "unshare");
  write_to("/proc/self/setgroups", "deny");
  write_to("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
  write_to("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
  calls();
}

}  // namespace

Cases user_namespace_cases() {
  return {
      {"user_namespace_unmapped", user_namespace, unmapped},
      {"user_namespace_as_oneself", user_namespace, as_oneself},
      {"user_namespace_as_root", user_namespace, as_root},
  };
}

}  // namespace twin

// fchmod(2) and AT_EMPTY_PATH on every kind of descriptor.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

void mode_of(int fd) {
  struct stat st;
  char text[64];
  if (fstat(fd, &st) != 0) return say("fstat: " + errno_text(-errno));
  std::snprintf(text, sizeof text, "mode %06o owner %u %u", st.st_mode, st.st_uid, st.st_gid);
  say(text);
}

void change(const char* what, int fd) {
  say(what);
  fchmod(fd, 0640);
  mode_of(fd);
  fchmodat2(fd, "", 0604, AT_EMPTY_PATH);
  mode_of(fd);
  fchmodat2(fd, "", 0600, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
  mode_of(fd);
  fchmodat(fd, "", 0600);
}

void files() {
  mkdir("dir");
  file("file");
  link_to("file", "link");
  must(mkfifo("fifo", 0644), "mkfifo");
  change("read-only", opened("file", O_RDONLY));
  change("write-only", opened("file", O_WRONLY));
  change("directory", opened("dir", O_RDONLY));
  must(fchmod(opened("dir", O_RDONLY), 0755), "fchmod");
  change("fifo", opened("fifo", O_RDWR));
  change("file, path only", opened("file", O_PATH));
  change("directory, path only", opened("dir", O_PATH));
  change("link, path only", opened("link", O_PATH | O_NOFOLLOW));
  change("fifo, path only", opened("fifo", O_PATH));
  change("unnamed", must(open(".", O_TMPFILE | O_RDWR, 0600), "O_TMPFILE"));
}

void without_name() {
  mkdir("made");
  int pipes[2], pair[2];
  must(pipe(pipes), "pipe");
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
  change("pipe", pipes[0]);
  change("pipe's other end", pipes[1]);
  change("socket", pair[0]);
  change("memfd", must(memfd_create("m", 0), "memfd_create"));
  change("eventfd", must(eventfd(0, 0), "eventfd"));
  change("epoll", must(epoll_create1(0), "epoll_create1"));
  change("pidfd", must(syscall(SYS_pidfd_open, getpid(), 0), "pidfd_open"));
  change("namespace", opened("/proc/self/ns/mnt", O_RDONLY));
  change("procfs", opened("/proc/self/comm", O_RDONLY));
}

void deleted() {
  mkdir("made");
  file("file");
  const int fd = opened("file", O_RDWR);
  const int path_only = opened("file", O_PATH);
  must(unlink("file"), "unlink");
  change("deleted", fd);
  change("deleted, path only", path_only);
  file("file");
  change("deleted, name taken", fd);
}

void renamed() {
  file("before");
  const int fd = opened("before", O_RDONLY);
  must(rename("before", "after"), "rename");
  file("before");
  change("renamed", fd);
  file("file (deleted)");
  change("name that looks deleted", opened("file (deleted)", O_RDONLY));
}

void closed() {
  mkdir("made");
  const int fd = opened("made", O_RDONLY);
  close(fd);
  for (int number : {fd, -1, AT_FDCWD, 1 << 20, 0x7fffffff}) fchmod(number, 0700);
}

}  // namespace

Cases descriptor_cases() {
  return {
      {"descriptors_of_files", nothing, files},  {"descriptors_without_name", nothing, without_name},
      {"descriptors_deleted", nothing, deleted}, {"descriptors_renamed", nothing, renamed},
      {"descriptors_closed", nothing, closed},
  };
}

}  // namespace twin

// Prints the properties of its process that scsup must not change. One "name value" per line.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char** environ;

static void print_signals(void) {
  unsigned long mask = 0, pending = 0;
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, 8);
  syscall(SYS_rt_sigpending, &pending, 8);
  printf("mask %lx pending %lx\n", mask, pending);
  for (int signal = 1; signal <= 64; ++signal) {
    unsigned long action[4] = {0};  // by the raw call: the C library hides 32 and 33
    syscall(SYS_rt_sigaction, signal, NULL, action, 8);
    if (action[0] != 0) printf("signal %d %s\n", signal, action[0] == 1 ? "ignored" : "handled");
  }
}

static void print_fds(void) {
  for (int fd = 0; fd < 1024; ++fd) {
    struct stat st;
    if (fstat(fd, &st) != 0) continue;
    printf("fd %d flags %d status %o offset %ld type %o\n", fd, fcntl(fd, F_GETFD), fcntl(fd, F_GETFL),
           (long)lseek(fd, 0, SEEK_CUR) > 0, st.st_mode & S_IFMT);
  }
}

int main(int argc, char** argv) {
  print_fds();
  print_signals();
  char* directory = getcwd(NULL, 0);
  const mode_t mask = umask(0);
  printf("argc %d argv0 %s cwd %s umask %o\n", argc, argv[0], directory, mask);
  printf("uid %d %d gid %d %d groups %d\n", getuid(), geteuid(), getgid(), getegid(), getgroups(0, NULL));
  printf("pgrp %d session %d nice %d\n", getpgrp(), getsid(0), getpriority(PRIO_PROCESS, 0));
  printf("dumpable %d\n", prctl(PR_GET_DUMPABLE));
  int death = -1, reaper = -1;
  prctl(PR_GET_PDEATHSIG, &death);
  prctl(PR_GET_CHILD_SUBREAPER, &reaper);
  printf("death signal %d subreaper %d timer slack %d\n", death, reaper, prctl(PR_GET_TIMERSLACK));
  for (int limit = 0; limit < RLIM_NLIMITS; ++limit) {
    struct rlimit value;
    getrlimit(limit, &value);
    printf("limit %d %lu %lu\n", limit, (unsigned long)value.rlim_cur, (unsigned long)value.rlim_max);
  }
  for (char** entry = environ; *entry; ++entry) printf("env %s\n", *entry);
  free(directory);
  return 0;
}

// The cost of single system calls on this machine, in nanoseconds, one per line: bench/run.py multiplies them with
// the calls of one decision. usage: prices LOG DIR: a file to append to, a directory to work in
#define _GNU_SOURCE
#include <fcntl.h>
#include <liburing.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

enum { rounds = 5, n = 4000 };

static int by_value(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

#define PRICE(name, less, statement)                  \
  ({                                                  \
    double ns[rounds];                                \
    for (int r = 0; r < rounds; r++) {                \
      const double began = now();                     \
      for (int i = 0; i < n; i++) {                   \
        statement;                                    \
      }                                               \
      ns[r] = (now() - began) / n;                    \
    }                                                 \
    qsort(ns, rounds, sizeof *ns, by_value);          \
    const double price = ns[rounds / 2] - (less);     \
    printf("%s %.0f\n", name, price > 0 ? price : 0); \
    price;                                            \
  })

int main(int argc, char** argv) {
  const int log = argc == 3 ? open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  if (log < 0 || chdir(argv[2])) {
    fprintf(stderr, "usage: prices LOG DIR\n");
    return 125;
  }
  static char text[4096];
  memset(text, 'x', sizeof text);
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  char name[64];
  struct stat about;
  struct statx more;
  struct statfs system;
  const int cwd = open(".", O_PATH | O_CLOEXEC);

  PRICE("write", 0, (void)!write(log, text, 600));
  const int counter = eventfd(1, EFD_CLOEXEC);
  struct pollfd ready = {counter, POLLIN, 0};
  PRICE("poll", 0, poll(&ready, 1, -1));
  PRICE("ppoll", 0, ppoll(&ready, 1, NULL, NULL));
  PRICE("ioctl", 0, ioctl(counter, 0));
  PRICE("futex", 0, syscall(SYS_futex, name, 1 /* FUTEX_WAKE */, 1, NULL, NULL, 0));
  struct io_uring ring;
  if (io_uring_queue_init(8, &ring, IORING_SETUP_COOP_TASKRUN) == 0) {
    PRICE("io_uring_enter", 0, {
      io_uring_prep_poll_add(io_uring_get_sqe(&ring), counter, POLLIN);
      io_uring_submit_and_wait(&ring, 1);
      struct io_uring_cqe* done;
      if (io_uring_peek_cqe(&ring, &done) == 0) io_uring_cqe_seen(&ring, done);
    });
    io_uring_queue_exit(&ring);
  }
  const double dup_close = PRICE("dup", 0, close(dup(counter)));
  const double closing = dup_close / 2;
  printf("close %.0f\n", closing);

  snprintf(name, sizeof name, "/proc/%d/mem", child);
  const int memory = open(name, O_RDONLY | O_CLOEXEC);
  char* target = text;
  PRICE("pread64", 0, (void)!pread(memory, name, 64, (off_t)(uintptr_t)target));
  struct iovec here = {name, 64}, there = {target, 64};
  PRICE("process_vm_readv", 0, (void)!process_vm_readv(child, &here, 1, &there, 1, 0));

  snprintf(name, sizeof name, "/proc/%d", child);
  const int proc = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  PRICE("openat", closing, close(openat(proc, "cwd", O_PATH | O_CLOEXEC)));
  const int status = openat(proc, "status", O_RDONLY | O_CLOEXEC);
  PRICE("read", 0, (void)!pread(status, text, sizeof text, 0));
  const struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
  PRICE("openat2", closing, close(syscall(SYS_openat2, cwd, ".", &how, sizeof how)));
  PRICE("pidfd_open", closing, close(syscall(SYS_pidfd_open, child, 0)));
  const int task = syscall(SYS_pidfd_open, child, 0);
  PRICE("pidfd_send_signal", 0, syscall(SYS_pidfd_send_signal, task, 0, NULL, 0));
  snprintf(name, sizeof name, "/proc/self/fd/%d", cwd);
  const double link = PRICE("readlink", 0, (void)!readlink(name, text, sizeof text));
  printf("readlinkat %.0f\n", link);
  const double plain = PRICE("newfstatat", 0, fstatat(cwd, "", &about, AT_EMPTY_PATH));
  printf("fstat %.0f\n", plain);
  PRICE("fstatfs", 0, fstatfs(cwd, &system));
  PRICE("statx", 0, statx(cwd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &more));
  const double pair = PRICE("mkdirat+unlinkat", 0, mkdirat(cwd, "p", 0755); unlinkat(cwd, "p", AT_REMOVEDIR));
  printf("mkdirat %.0f\nrmdir %.0f\n", pair / 2, pair / 2);
  const double fsid = PRICE("setfsuid", 0, syscall(SYS_setfsuid, getuid()));
  printf("setfsgid %.0f\n", fsid);
  PRICE("umask", 0, umask(022));
  PRICE("fchdir", 0, (void)!fchdir(cwd));
  PRICE("getpid", 0, syscall(SYS_getpid));
  kill(child, SIGKILL);
  return 0;
}

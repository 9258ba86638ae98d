// A target that makes one kind of call over and over and prints what one costs, in nanoseconds. It times
// itself, so that nobody's start-up counts.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

// Nothing here may be measured on calls that went otherwise than the row's name says.
static void expect(int holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "calls: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int usage(void) {
  fprintf(stderr,
          "usage: calls [--wait] WHAT N [PATH]\n"
          "  getppid         any result\n"
          "  getppid-denied  each fails with EPERM\n"
          "  mkdir           mkdir PATH, rmdir PATH\n"
          "  mkdir-denied    mkdir PATH fails with EPERM\n"
          "  --wait          starts when a byte comes on stdin\n");
  return 125;
}

int main(int argc, char** argv) {
  const int wait = argc > 1 && strcmp(argv[1], "--wait") == 0;
  argv += wait;
  argc -= wait;
  if (argc < 3) return usage();
  const char* what = argv[1];
  const long n = atol(argv[2]);
  const char* path = argc > 3 ? argv[3] : "";
  char byte;
  if (wait) expect(read(0, &byte, 1) == 1, "nobody said go");

  const double began = now();
  if (strcmp(what, "getppid") == 0) {
    for (long i = 0; i < n; i++) syscall(SYS_getppid);
  } else if (strcmp(what, "getppid-denied") == 0) {
    for (long i = 0; i < n; i++)
      expect(syscall(SYS_getppid) == -1 && errno == EPERM, "getppid was not denied");
  } else if (strcmp(what, "mkdir") == 0) {
    for (long i = 0; i < n; i++) {
      expect(syscall(SYS_mkdir, path, 0755) == 0, "mkdir failed");
      expect(syscall(SYS_rmdir, path) == 0, "rmdir failed");
    }
  } else if (strcmp(what, "mkdir-denied") == 0) {
    for (long i = 0; i < n; i++)
      expect(syscall(SYS_mkdir, path, 0755) == -1 && errno == EPERM, "mkdir was not denied");
  } else {
    return usage();
  }
  printf("%.1f\n", (now() - began) / n);
  return 0;
}

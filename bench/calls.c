// A target that makes one kind of call over and over and prints the cost of one, in nanoseconds. It times itself, so
// that start-up doesn't count.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const char* what;
static const char* path = "";

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

// Nothing here may be measured on calls whose result differs from the row's name.
static void expect(int holds, const char* what_else) {
  if (holds) return;
  fprintf(stderr, "calls: %s: %s\n", what_else, strerror(errno));
  exit(1);
}

static int usage(void) {
  fprintf(stderr,
          "usage: calls [OPTION...] WHAT N [PATH]\n"
          "  getppid         any result\n"
          "  getppid-denied  each fails with EPERM\n"
          "  mkdir           mkdir PATH, rmdir PATH\n"
          "  mkdir-denied    mkdir PATH fails with EPERM\n"
          "  mkdir-new       mkdir of N names in PATH, which are removed afterwards\n"
          "  chmod           chmod PATH, a file that is there\n"
          "  chmod-self-fd   chmod /proc/self/fd/N of it\n"
          "  fchmod          fchmod of it, open\n"
          "prints what one costs on the average, N of them\n"
          "  --each          prints the median, the 99th percentile and the slowest instead\n"
          "  --wait          starts when a byte comes on stdin\n"
          "  --threads T     T threads, N times each; prints nothing\n");
  return 125;
}

static const char* number(long i) {
  static char name[24];
  snprintf(name, sizeof name, "%ld", i);
  return name;
}

// Separate loops: calling through a function pointer in one loop would cost as much as getppid itself.
static void repeat(long n) {
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
  } else if (strcmp(what, "mkdir-new") == 0) {
    expect(chdir(path) == 0, "chdir failed");
    for (long i = 0; i < n; i++) expect(mkdir(number(i), 0755) == 0, "mkdir failed");
  } else if (strcmp(what, "chmod") == 0) {
    for (long i = 0; i < n; i++) expect(chmod(path, 0600 | (i & 7)) == 0, "chmod failed");
  } else if (strcmp(what, "chmod-self-fd") == 0) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    for (long i = 0; i < n; i++) expect(chmod(link, 0600 | (i & 7)) == 0, "chmod failed");
  } else if (strcmp(what, "fchmod") == 0) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (long i = 0; i < n; i++) expect(fchmod(fd, 0600 | (i & 7)) == 0, "fchmod failed");
  } else {
    exit(usage());
  }
}

static void* repeat_in_thread(void* n) {
  repeat(*(long*)n);
  return NULL;
}

static void in_threads(int threads, long n) {
  pthread_t all[1024];
  expect(threads <= 1024, "too many threads");
  for (int i = 0; i < threads; i++) expect(!pthread_create(&all[i], NULL, repeat_in_thread, &n), "no thread");
  for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
}

static int ascending(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

static void each(long n) {
  double* took = malloc(n * sizeof *took);
  expect(took && n > 0, "no memory");
  for (long i = 0; i < n; i++) {
    const double began = now();
    repeat(1);
    took[i] = now() - began;
  }
  qsort(took, n, sizeof *took, ascending);
  printf("%.0f %.0f %.0f\n", took[n / 2], took[n * 99 / 100], took[n - 1]);
}

int main(int argc, char** argv) {
  int wait = 0, one_by_one = 0, threads = 0;
  for (; argc > 1 && strncmp(argv[1], "--", 2) == 0; argv++, argc--) {
    if (strcmp(argv[1], "--wait") == 0) {
      wait = 1;
    } else if (strcmp(argv[1], "--each") == 0) {
      one_by_one = 1;
    } else if (strcmp(argv[1], "--threads") == 0 && argc > 2) {
      threads = atoi(argv[2]);
      argv++, argc--;
    } else {
      return usage();
    }
  }
  if (argc < 3) return usage();
  what = argv[1];
  const long n = atol(argv[2]);
  if (argc > 3) path = argv[3];
  char byte;
  if (wait) expect(read(0, &byte, 1) == 1, "nobody said go");

  if (threads > 0) {
    in_threads(threads, n);
  } else if (one_by_one) {
    each(n);
  } else {
    const double began = now();
    repeat(n);
    printf("%.1f\n", (now() - began) / n);
  }
  if (strcmp(what, "mkdir-new") == 0)
    for (long i = 0; i < n; i++) rmdir(number(i));
  return 0;
}

// same_calls N: makes N like calls, mkdir of one path, and after each hundred a different one. Prints how many of
// each were answered with EXFULL.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int is_denied(const char* path) { return mkdir(path, 0700) == -1 && errno == EXFULL; }

int main(int argc, char** argv) {
  const int wanted = argc > 1 ? atoi(argv[1]) : 0;
  int same = 0, others = 0;
  for (int i = 0; i < wanted; ++i) {
    same += is_denied("same");
    if (i % 100 != 99) continue;
    char path[32];
    snprintf(path, sizeof path, "other-%d", i);
    others += is_denied(path);
  }
  printf("%d %d\n", same, others);
  return 0;
}

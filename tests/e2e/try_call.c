// try_call NUMBER [ARG...]: makes one system call and exits with its errno, 0 if it worked.
// An argument is a number, or @TEXT for the address of TEXT. The result is printed: "0", "-1 EPERM"...
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char** argv) {
  unsigned long a[7] = {0};
  for (int i = 1; i < argc && i < 8; ++i)
    a[i - 1] = argv[i][0] == '@' ? (unsigned long)(argv[i] + 1) : strtoul(argv[i], NULL, 0);
  const long result = syscall((long)a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
  const int err = result == -1 ? errno : 0;
  printf("%ld %s\n", result, err ? strerrorname_np(err) : "");
  return err;
}

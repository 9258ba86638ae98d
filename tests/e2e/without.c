// without CALL[=ERRNO],... -- COMMAND...: runs COMMAND where these system calls fail, as in a container, on a
// hardened host or an older kernel. ERRNO is EPERM unless given. `without -` refuses nothing. Exits with 126
// when that can't be had.
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Those that headers of 2022 don't know by name have one number on every architecture.
static const struct {
  const char* name;
  unsigned number;
} calls[] = {
    {"capset", SYS_capset},
    {"clone3", SYS_clone3},
    {"close_range", SYS_close_range},
    {"epoll_create1", SYS_epoll_create1},
    {"execveat", SYS_execveat},
    {"fchmodat2", 452},
    {"getrandom", SYS_getrandom},
    {"io_uring_setup", SYS_io_uring_setup},
    {"kcmp", SYS_kcmp},
    {"landlock_add_rule", SYS_landlock_add_rule},
    {"landlock_create_ruleset", SYS_landlock_create_ruleset},
    {"landlock_restrict_self", SYS_landlock_restrict_self},
    {"memfd_create", SYS_memfd_create},
    {"name_to_handle_at", SYS_name_to_handle_at},
    {"openat2", SYS_openat2},
    {"pidfd_getfd", SYS_pidfd_getfd},
    {"pidfd_open", SYS_pidfd_open},
    {"pidfd_send_signal", SYS_pidfd_send_signal},
    {"prlimit64", SYS_prlimit64},
    {"process_vm_readv", SYS_process_vm_readv},
    {"ptrace", SYS_ptrace},
    {"seccomp", SYS_seccomp},
    {"setfsgid", SYS_setfsgid},
    {"setfsuid", SYS_setfsuid},
    {"setgroups", SYS_setgroups},
    {"setns", SYS_setns},
    {"statx", SYS_statx},
    {"unshare", SYS_unshare},
};
static const struct {
  const char* name;
  unsigned number;
} errors[] = {{"EPERM", EPERM}, {"ENOSYS", ENOSYS}, {"EACCES", EACCES}};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct sock_filter program[4 + 2 * COUNT(calls) + 1];
static unsigned short size;

static void append(struct sock_filter instruction) { program[size++] = instruction; }

// False: there is no such call or error, or there are too many.
static int refuse(char* word) {
  char* error = strchr(word, '=');
  unsigned number = 0, err = error ? 0 : EPERM;
  if (error) *error++ = '\0';
  for (size_t i = 0; error && i < COUNT(errors); ++i)
    if (strcmp(error, errors[i].name) == 0) err = errors[i].number;
  for (size_t i = 0; i < COUNT(calls); ++i)
    if (strcmp(word, calls[i].name) == 0) number = calls[i].number;
  if (number == 0 || err == 0 || size + 3u > COUNT(program)) return 0;
  append((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
  append((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err));
  return 1;
}

// Who has CAP_SYS_ADMIN needs no no_new_privs, and programs under it stay as they are without.
static int load(void) {
  const struct sock_fprog filter = {size, program};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ||
         (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
          prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

int main(int argc, char** argv) {
  if (argc < 4 || strcmp(argv[2], "--") != 0) {
    fputs("usage: without CALL[=ERRNO],... -- COMMAND...\n", stderr);
    return 126;
  }
  append((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
  append((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0));
  append((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  append((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
  if (strcmp(argv[1], "-") != 0)
    for (char* word = strtok(argv[1], ","); word; word = strtok(NULL, ","))
      if (!refuse(word)) {
        fprintf(stderr, "without: cannot refuse '%s'\n", word);
        return 126;
      }
  append((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  if (!load()) {
    perror("without: cannot load a filter");
    return 126;
  }
  execvp(argv[3], argv + 3);
  perror(argv[3]);
  return 126;
}

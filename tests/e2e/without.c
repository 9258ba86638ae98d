// without CALL[=ERRNO],... -- COMMAND...: runs COMMAND with these system calls failing, as in a container, on a
// hardened host or with an older kernel. ERRNO is EPERM unless given. Some names are one use of a call. `without -`
// refuses nothing. Exits with 126 if the filter can't be loaded.
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Calls without a name in headers of 2022 have one number on every architecture.
static const struct {
  const char* name;
  unsigned number;
  unsigned argument, mask, value;  // refused if (argument & mask) == value
} calls[] = {
    {"NOTIF_SET_FLAGS", SYS_ioctl, 1, 0xffff, '!' << 8 | 4},
    {"PIDFD_GET_INFO", SYS_ioctl, 1, 0xffff, 0xff << 8 | 11},
    {"PIDFD_THREAD", SYS_pidfd_open, 1, O_EXCL, O_EXCL},
    {"WAIT_KILLABLE_RECV", SYS_seccomp, 1, 1 << 5, 1 << 5},
    {"capset", SYS_capset, 0, 0, 0},
    {"clone3", SYS_clone3, 0, 0, 0},
    {"close_range", SYS_close_range, 0, 0, 0},
    {"epoll_create1", SYS_epoll_create1, 0, 0, 0},
    {"execveat", SYS_execveat, 0, 0, 0},
    {"fchmodat2", 452, 0, 0, 0},
    {"getrandom", SYS_getrandom, 0, 0, 0},
    {"io_uring_setup", SYS_io_uring_setup, 0, 0, 0},
    {"kcmp", SYS_kcmp, 0, 0, 0},
    {"landlock_add_rule", SYS_landlock_add_rule, 0, 0, 0},
    {"landlock_create_ruleset", SYS_landlock_create_ruleset, 0, 0, 0},
    {"landlock_restrict_self", SYS_landlock_restrict_self, 0, 0, 0},
    {"memfd_create", SYS_memfd_create, 0, 0, 0},
    {"name_to_handle_at", SYS_name_to_handle_at, 0, 0, 0},
    {"openat2", SYS_openat2, 0, 0, 0},
    {"pidfd_getfd", SYS_pidfd_getfd, 0, 0, 0},
    {"pidfd_open", SYS_pidfd_open, 0, 0, 0},
    {"pidfd_send_signal", SYS_pidfd_send_signal, 0, 0, 0},
    {"prlimit64", SYS_prlimit64, 0, 0, 0},
    {"process_vm_readv", SYS_process_vm_readv, 0, 0, 0},
    {"ptrace", SYS_ptrace, 0, 0, 0},
    {"seccomp", SYS_seccomp, 0, 0, 0},
    {"setfsgid", SYS_setfsgid, 0, 0, 0},
    {"setfsuid", SYS_setfsuid, 0, 0, 0},
    {"setgroups", SYS_setgroups, 0, 0, 0},
    {"setns", SYS_setns, 0, 0, 0},
    {"statx", SYS_statx, 0, 0, 0},
    {"unshare", SYS_unshare, 0, 0, 0},
};
static const struct {
  const char* name;
  unsigned number;
} errors[] = {
    {"EPERM", EPERM}, {"ENOSYS", ENOSYS}, {"EACCES", EACCES}, {"EINVAL", EINVAL}, {"ENOTTY", ENOTTY}};

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { most_refused = 64, words_each = 6 };
static struct sock_filter program[5 + words_each * most_refused];
static unsigned short size;

static void append(unsigned short code, unsigned value, unsigned char if_so, unsigned char if_not) {
  program[size++] = (struct sock_filter)BPF_JUMP(code, value, if_so, if_not);
}
static void load_word(size_t offset) { append(BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0); }

// False: there is no such call or error, or there are too many.
static int refuse(char* word) {
  char* error = strchr(word, '=');
  unsigned call = COUNT(calls), err = error ? 0 : EPERM;
  if (error) *error++ = '\0';
  for (size_t i = 0; error && i < COUNT(errors); ++i)
    if (strcmp(error, errors[i].name) == 0) err = errors[i].number;
  for (unsigned i = 0; i < COUNT(calls); ++i)
    if (strcmp(word, calls[i].name) == 0) call = i;
  if (call == COUNT(calls) || err == 0 || size + words_each >= COUNT(program)) return 0;
  append(BPF_JMP | BPF_JEQ | BPF_K, calls[call].number, 0, words_each - 1);
  load_word(offsetof(struct seccomp_data, args) + 8 * calls[call].argument);  // its lower half
  append(BPF_ALU | BPF_AND | BPF_K, calls[call].mask, 0, 0);
  append(BPF_JMP | BPF_JEQ | BPF_K, calls[call].value, 0, 1);
  append(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err, 0, 0);
  load_word(offsetof(struct seccomp_data, nr));
  return 1;
}

// With CAP_SYS_ADMIN no_new_privs is not needed, and programs run as they do without.
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
  load_word(offsetof(struct seccomp_data, arch));
  append(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
  append(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
  load_word(offsetof(struct seccomp_data, nr));
  if (strcmp(argv[1], "-") != 0)
    for (char* word = strtok(argv[1], ","); word; word = strtok(NULL, ","))
      if (!refuse(word)) {
        fprintf(stderr, "without: cannot refuse '%s'\n", word);
        return 126;
      }
  append(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
  if (!load()) {
    perror("without: cannot load a filter");
    return 126;
  }
  execvp(argv[3], argv + 3);
  perror(argv[3]);
  return 126;
}

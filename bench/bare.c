// The least that a supervisor can do, as the limit to compare with: one process, one blocking RECV, an answer at
// once. It decides nothing, records nothing and is not safe to use. With "reads" it first asks the kernel what scsup asks
// before it performs a call (target/task.h), with "umask" also what it asks before it creates something.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS _IOW('!', 4, uint64_t)
#endif
#define SYNC_WAKE_UP 1UL               // SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, Linux 6.6
#define WAIT_KILLABLE_RECV (1UL << 5)  // Linux 5.19

static void fail(const char* what) {
  perror(what);
  _exit(125);
}

static int load_filter(unsigned nr) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER | WAIT_KILLABLE_RECV,
                 &program);
}

struct one_fd {
  struct msghdr message;
  struct iovec part;
  char byte;
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
};

static struct cmsghdr* prepare(struct one_fd* m) {
  memset(m, 0, sizeof *m);
  m->part = (struct iovec){&m->byte, 1};
  m->message.msg_iov = &m->part;
  m->message.msg_iovlen = 1;
  m->message.msg_control = m->control.room;
  m->message.msg_controllen = sizeof m->control.room;
  return CMSG_FIRSTHDR(&m->message);
}

static void send_fd(int socket, int fd) {
  struct one_fd m;
  struct cmsghdr* header = prepare(&m);
  *header = (struct cmsghdr){CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS};
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (sendmsg(socket, &m.message, 0) != 1) fail("bare: sendmsg");
}

static int receive_fd(int socket) {
  struct one_fd m;
  int fd;
  prepare(&m);
  if (recvmsg(socket, &m.message, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&m.message)) fail("bare: recvmsg");
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m.message)), sizeof fd);
  return fd;
}

// RECV may not notice that the last target has gone (before 6.11): the death of the child ends this program.
static void child_ended(int signal) {
  int status;
  (void)signal;
  if (waitpid(-1, &status, WNOHANG) > 0) _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 125);
}

struct task {
  pid_t pid;
  int proc, exe, user_namespace, status, pidfd;
};

static struct task opened(pid_t pid) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d", pid);
  struct task task = {.pid = pid, .proc = open(path, O_PATH | O_CLOEXEC)};
  task.exe = openat(task.proc, "exe", O_PATH | O_NOFOLLOW | O_CLOEXEC);
  task.user_namespace = openat(task.proc, "ns/user", O_PATH | O_NOFOLLOW | O_CLOEXEC);
  task.status = openat(task.proc, "status", O_RDONLY | O_CLOEXEC);
  task.pidfd = syscall(SYS_pidfd_open, pid, 0);
  return task;
}

static void read_all(const struct task* task, int with_umask) {
  static char text[4096];
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, task->pid};
  struct __user_cap_data_struct caps[2];
  struct statx root;
  int good = syscall(SYS_capget, &header, caps) == 0;
  memset(text, 0, 64);
  (void)ioctl(task->pidfd, _IOC(_IOC_READ | _IOC_WRITE, 0xff, 11, 64), text);  // PIDFD_GET_INFO, 6.13
  good &= readlinkat(task->exe, "", text, sizeof text) > 0;
  good &= readlinkat(task->user_namespace, "", text, sizeof text) > 0;
  good &=
      statx(task->proc, "root", AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO | STATX_MNT_ID, &root) == 0;
  if (with_umask) good &= pread(task->status, text, 256, 0) > 0;
  if (!good) fail("bare: reads");
}

int main(int argc, char** argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: bare value|errno|continue|reads|umask SYSCALL-NUMBER CMD...\n");
    return 125;
  }
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) fail("bare: socketpair");
  struct sigaction on_child = {.sa_handler = child_ended};
  sigaction(SIGCHLD, &on_child, NULL);
  const pid_t child = fork();
  if (child < 0) fail("bare: fork");
  if (child == 0) {
    const int listener = load_filter(atoi(argv[2]));
    if (listener < 0) fail("bare: seccomp");
    send_fd(pair[1], listener);
    close(listener);
    execvp(argv[3], argv + 3);
    fail("bare: exec");
  }
  const int listener = receive_fd(pair[0]);
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SYNC_WAKE_UP);
  const char how = argv[1][0];
  const int reads = how == 'r' || how == 'u';
  const struct task task = opened(child);
  for (;;) {
    struct seccomp_notif call;
    memset(&call, 0, sizeof call);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call)) continue;
    struct seccomp_notif_resp answer = {.id = call.id};
    if (reads) read_all(&task, how == 'u');
    if (how == 'c') answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (how == 'e' || reads) answer.error = -EPERM;
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
}

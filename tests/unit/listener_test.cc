// Each test has a real child under a real filter: getppid is trapped, and the child's exit status is the answer that
// it got.
#include "supervisor/seccomp/listener.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>
#include <utility>

#include "supervisor/seccomp/compat.h"
#include "supervisor/seccomp/filter.h"
#include "supervisor/seccomp/kernel.h"
#include "supervisor/seccomp/syscalls.h"

namespace scsup {
namespace {

constexpr int i386_getppid = 64;

Program trap_getppid() {
  const auto program = compile({.abis = {Abi::x86_64, Abi::i386},
                                .default_action = SECCOMP_RET_ALLOW,
                                .calls = {{Abi::x86_64, SYS_getppid, {}, SECCOMP_RET_USER_NOTIF},
                                          {Abi::i386, i386_getppid, {}, SECCOMP_RET_USER_NOTIF}}});
  return program.value();
}

int load(Program& program, std::uint32_t flags) {
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -1;
  return static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter));
}

void send_fd(int socket, int fd) {
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)]{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (sendmsg(socket, &message, 0) != 1) _exit(99);
}

Fd receive_fd(int socket) {
  char byte;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&message)) return Fd();
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  return Fd(fd);
}

// A child that runs `body` under the filter and exits with what it returns.
class Target {
 public:
  explicit Target(const std::function<int()>& body) {
    Program program = trap_getppid();
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) std::abort();
    Fd ours(ends[0]), theirs(ends[1]);
    pid_ = fork();
    if (pid_ == 0) {
      const int listener = load(program, probe_kernel().load_flags);
      if (listener < 0) _exit(98);
      send_fd(theirs.get(), listener);
      close(listener);
      _exit(body());
    }
    pidfd_ = Fd(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    theirs.reset();
    listener_.emplace(receive_fd(ours.get()));
  }
  ~Target() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }
  Listener& listener() { return *listener_; }

  // Waits until there is a notification; false if the child ends instead.
  bool readable() {
    pollfd fds[] = {{listener_->fd(), POLLIN, 0}, {pidfd_.get(), POLLIN, 0}};
    while (poll(fds, 2, -1) < 0) {
    }
    return (fds[0].revents & POLLIN) != 0;
  }
  std::optional<Notification> next() {
    if (!readable()) return std::nullopt;
    auto received = listener_->receive();
    return received ? std::move(*received) : std::nullopt;
  }
  void kill() {
    ASSERT_GT(pid_, 0);  // to kill(2) -1 means everybody
    ::kill(pid_, SIGKILL);
    pollfd gone{pidfd_.get(), POLLIN, 0};
    while (poll(&gone, 1, -1) < 0) {
    }
  }
  // The exit status, or minus the signal that killed it.
  int wait() {
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  Fd pidfd_;
  std::optional<Listener> listener_;
};

int errno_of_getppid() { return syscall(SYS_getppid) < 0 ? errno : 0; }

long int80(long nr, long first) {
  long result;
  asm volatile("int $0x80" : "=a"(result) : "a"(nr), "b"(first) : "memory", "r8", "r9", "r10", "r11");
  return result;
}

TEST(Listener, TellsWhichTaskCallsWhat) {
  Target target([] { return static_cast<int>(syscall(SYS_getppid, 1, 2, 3, 4, 5, ~0ul)); });
  auto notification = target.next();
  ASSERT_TRUE(notification);
  EXPECT_EQ(notification->request().tid(), static_cast<std::uint32_t>(target.pid()));
  EXPECT_EQ(abi_of(notification->request().data().arch, SYS_getppid), Abi::x86_64);
  EXPECT_EQ(notification->request().data().nr, SYS_getppid);
  EXPECT_EQ(notification->request().data().args[2], 3u);
  EXPECT_EQ(notification->request().data().args[5], ~0ull);
  EXPECT_NE(notification->request().data().instruction_pointer, 0u);
  EXPECT_TRUE(notification->request().still_valid());
  EXPECT_EQ(std::move(*notification).succeed(0), Delivery::delivered);
  EXPECT_EQ(target.wait(), 0);
}

TEST(Listener, FailsACallWithThatErrno) {
  Target target(errno_of_getppid);
  auto notification = target.next();
  ASSERT_TRUE(notification);
  EXPECT_EQ(std::move(*notification).fail(EXDEV), Delivery::delivered);
  EXPECT_EQ(target.wait(), EXDEV);
}

TEST(Listener, TurnsWhatIsNoErrnoIntoEperm) {
  for (int odd : {0, -EXDEV, 4096, 1 << 30, -2147483647 - 1}) {
    Target target(errno_of_getppid);
    auto notification = target.next();
    ASSERT_TRUE(notification);
    EXPECT_EQ(std::move(*notification).fail(odd), Delivery::delivered);
    EXPECT_EQ(target.wait(), EPERM) << odd;
  }
}

TEST(Listener, LetsACallReturnAValue) {
  Target target([] { return syscall(SYS_getppid) == 0x1234'5678'9abc ? 7 : 1; });
  auto notification = target.next();
  ASSERT_TRUE(notification);
  EXPECT_EQ(std::move(*notification).succeed(0x1234'5678'9abc), Delivery::delivered);
  EXPECT_EQ(target.wait(), 7);
}

TEST(Listener, LetsACallThrough) {
  const pid_t parent = getpid();
  Target target([parent] { return syscall(SYS_getppid) == parent ? 7 : 1; });
  auto notification = target.next();
  ASSERT_TRUE(notification);
  EXPECT_EQ(std::move(*notification).let_through(), Delivery::delivered);
  EXPECT_EQ(target.wait(), 7);
}

TEST(Listener, ServesOneCallAfterAnother) {
  Target target([] {
    for (long i = 0; i < 100; ++i)
      if (syscall(SYS_getppid) != i) return 1;
    return 7;
  });
  for (int i = 0; i < 100; ++i) {
    auto notification = target.next();
    ASSERT_TRUE(notification);
    EXPECT_EQ(std::move(*notification).succeed(i), Delivery::delivered);
  }
  EXPECT_EQ(target.wait(), 7);
}

TEST(Listener, AnswersEpermForADroppedNotification) {
  Target target(errno_of_getppid);
  testing::internal::CaptureStderr();
  { ASSERT_TRUE(target.next()); }
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(said, "scsup: bug: call 110 (arch 0xc000003e) of task " + std::to_string(target.pid()) +
                      " was left unanswered; it gets EPERM\n");
  EXPECT_EQ(target.wait(), EPERM);
}

TEST(Listener, OwesOneAnswerHoweverOftenANotificationMoves) {
  Target target(errno_of_getppid);
  testing::internal::CaptureStderr();
  {
    auto first = target.next();
    ASSERT_TRUE(first);
    Notification second(std::move(*first));
    Notification third(std::move(second));
    EXPECT_EQ(std::move(second).fail(EIO), Delivery::gone);
    EXPECT_EQ(std::move(third).fail(EXDEV), Delivery::delivered);
    EXPECT_EQ(std::move(third).fail(EIO), Delivery::gone);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(target.wait(), EXDEV);
}

TEST(Listener, SaysGoneWhenTheTargetWasKilled) {
  Target target(errno_of_getppid);
  auto notification = target.next();
  ASSERT_TRUE(notification);
  target.kill();
  EXPECT_FALSE(notification->request().still_valid());
  testing::internal::CaptureStderr();
  EXPECT_EQ(std::move(*notification).let_through(), Delivery::gone);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(target.wait(), -SIGKILL);
}

TEST(Listener, ReceivesNothingWhenTheCallerDiedBefore) {
  Target target(errno_of_getppid);
  ASSERT_TRUE(target.readable());
  target.kill();
  const auto received = target.listener().receive();
  ASSERT_TRUE(received) << received.error().text();
  EXPECT_FALSE(*received);
}

TEST(Listener, SaysGoneWhenAnotherHolderHasAnswered) {
  Target target(errno_of_getppid);
  auto notification = target.next();
  ASSERT_TRUE(notification);
  seccomp_notif_resp other{};
  other.id = notification->request().id();
  other.error = -EXDEV;
  ASSERT_EQ(ioctl(target.listener().fd(), SECCOMP_IOCTL_NOTIF_SEND, &other), 0);
  EXPECT_EQ(target.wait(), EXDEV);
  EXPECT_EQ(std::move(*notification).fail(EIO), Delivery::gone);
}

TEST(Listener, ASignalDoesNotInterruptAReceivedCall) {
  if (probe_kernel().fallbacks.size()) GTEST_SKIP() << "no WAIT_KILLABLE_RECV (Linux 5.19)";
  Target target([] {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGUSR1, &action, nullptr);
    return errno_of_getppid();
  });
  auto notification = target.next();
  ASSERT_TRUE(notification);
  ASSERT_EQ(kill(target.pid(), SIGUSR1), 0);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(notification->request().still_valid());
    sched_yield();
  }
  EXPECT_EQ(std::move(*notification).fail(EXDEV), Delivery::delivered);
  EXPECT_EQ(target.wait(), EXDEV);
}

TEST(Listener, TellsAnI386CallFromAnX8664One) {
  if (const pid_t probe = fork(); probe == 0) {
    _exit(int80(20, 0) == getpid() ? 0 : 1);  // i386's getpid
  } else {
    int status = 0;
    waitpid(probe, &status, 0);
    if (status != 0) GTEST_SKIP() << "no int 0x80 on this kernel (CONFIG_IA32_EMULATION)";
  }
  Target target([] { return static_cast<int>(-int80(i386_getppid, 0x7654'3210)); });
  auto notification = target.next();
  ASSERT_TRUE(notification);
  const auto nr = static_cast<std::uint32_t>(notification->request().data().nr);
  EXPECT_EQ(abi_of(notification->request().data().arch, nr), Abi::i386);
  EXPECT_EQ(find_syscall(Abi::i386, nr)->name, "getppid");
  EXPECT_EQ(notification->request().data().args[0], 0x7654'3210u);
  EXPECT_EQ(std::move(*notification).fail(EXDEV), Delivery::delivered);
  EXPECT_EQ(target.wait(), EXDEV);
}

TEST(Listener, WakesOnThisCpuSinceLinux66) {
  utsname kernel{};
  uname(&kernel);
  int major = 0, minor = 0;
  ASSERT_EQ(std::sscanf(kernel.release, "%d.%d", &major, &minor), 2);
  Target target([] { return 7; });
  EXPECT_EQ(target.listener().wakes_on_this_cpu(), std::make_pair(major, minor) >= std::make_pair(6, 6));
  EXPECT_EQ(target.wait(), 7);
}

TEST(KernelProbe, FindsWhatThisKernelTakes) {
  const KernelFeatures features = probe_kernel();
  EXPECT_TRUE(features.user_notification);
  EXPECT_EQ((features.load_flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) != 0, features.fallbacks.empty());
  Program program = trap_getppid();
  const pid_t child = fork();
  if (child == 0) _exit(load(program, features.load_flags) >= 0 ? 7 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(KernelProbe, TakesAFilterThatNamesEveryCall) {
  FilterPlan plan{
      .abis = {Abi::x86_64, Abi::i386, Abi::x32}, .default_action = SECCOMP_RET_ERRNO | ENOSYS, .calls = {}};
  for (const Syscall& call : all_syscalls())
    for (Abi abi : plan.abis)
      if (call.number(abi) >= 0)
        plan.calls.push_back({abi, static_cast<std::uint32_t>(call.number(abi)), {}, SECCOMP_RET_ALLOW});
  Program program = compile(plan).value();
  const pid_t child = fork();
  if (child == 0) {
    if (load(program, 0) < 0) _exit(1);
    _exit(syscall(SYS_getpid) > 0 && syscall(1000) == -1 && errno == ENOSYS ? 7 : 2);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(KernelProbe, SaysWhatAnOlderKernelLacks) {
  const KernelFeatures before_5_19 = probe_kernel(
      [](std::uint32_t flags) { return flags == SECCOMP_FILTER_FLAG_NEW_LISTENER ? EFAULT : EINVAL; });
  EXPECT_TRUE(before_5_19.user_notification);
  EXPECT_EQ(before_5_19.load_flags, static_cast<std::uint32_t>(SECCOMP_FILTER_FLAG_NEW_LISTENER));
  ASSERT_EQ(before_5_19.fallbacks.size(), 1u);
  EXPECT_TRUE(before_5_19.fallbacks[0].starts_with("no WAIT_KILLABLE_RECV"));

  const KernelFeatures forbidden = probe_kernel([](std::uint32_t) { return EPERM; });
  EXPECT_FALSE(forbidden.user_notification);
  EXPECT_EQ(forbidden.load_flags, 0u);
  ASSERT_EQ(forbidden.fallbacks.size(), 1u);
  EXPECT_NE(forbidden.fallbacks[0].find("Operation not permitted"), std::string::npos);
}

}  // namespace
}  // namespace scsup

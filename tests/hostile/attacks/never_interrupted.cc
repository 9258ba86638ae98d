// Calls that the kernel never interrupts, under a storm of signals with a handler without SA_RESTART: each has the
// same result as natively. No program checks whether umask or setresuid has failed with EINTR.
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include <thread>

#include "tests/hostile/attacks/attack.h"

namespace {

template <class Call>
void must_be(const char* name, long expected, Call call) {
  for (Rounds rounds(20000, 1000); rounds.next();) {
    const long result = call();
    if (result != expected) breach("%s is %ld: %s", name, result, std::strerror(errno));
  }
}

}  // namespace

int main(int, char**) {
  struct sigaction action {};
  static std::atomic<long> handled{0};
  action.sa_handler = [](int) { handled.fetch_add(1, std::memory_order_relaxed); };
  sigaction(SIGURG, &action, nullptr);
  const pthread_t target = pthread_self();
  std::atomic<bool> over{false};
  std::thread storm([&] {
    while (!over) pthread_kill(target, SIGURG);
  });
  umask(022);
  must_be("umask", 022, [] { return syscall(SYS_umask, 022); });
  must_be("setresuid", 0, [] { return syscall(SYS_setresuid, -1, -1, -1); });
  must_be("setresgid", 0, [] { return syscall(SYS_setresgid, -1, -1, -1); });
  must_be("unshare", 0, [] { return syscall(SYS_unshare, CLONE_FS); });
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct own[2];
  if (syscall(SYS_capget, &header, own) != 0) impossible("capget");
  must_be("capset", 0, [&] { return syscall(SYS_capset, &header, own); });
  if (geteuid() == 0) {
    must_be("setgroups", 0, [] { return syscall(SYS_setgroups, 0, nullptr); });
    must_be("chroot", 0, [] { return syscall(SYS_chroot, "/"); });
  }
  while (handled < 100)  // on a busy machine few signals arrive during so few calls
    if (umask(022) != 022) breach("umask: %s", std::strerror(errno));
  over = true;
  storm.join();
  // A failing exec must not be interrupted either. SIGALRM would end the program.
  for (Rounds rounds(300, 1000); rounds.next();) {
    const pid_t child = fork();
    if (child == 0) {
      std::thread([child_thread = pthread_self()] {
        for (;;) pthread_kill(child_thread, SIGURG);
      }).detach();
      execl("/bin/true", "true", nullptr);
      _exit(99);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) breach("execve: status %x", status);
  }
}

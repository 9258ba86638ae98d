#include "agent/courier.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>
#include <string>

#include "agent/agent.h"
#include "agent/conversation.h"
#include "agent/last_words.h"

namespace scsup::agent {
namespace {

void relax() { __builtin_ia32_pause(); }

// Waits until `happened`. The filtered thread can't wake us, so we poll: spinning at first, when it is about to
// happen, then now and then.
template <class Condition>
void wait_until(Condition happened) {
  for (int looks = 0; !happened(); ++looks) {
    if (looks < 1000) {
      relax();
    } else {
      const timespec pause{0, 100'000};
      ::nanosleep(&pause, nullptr);
    }
  }
}

[[noreturn]] void end_unrun(const Handover& handover, const std::string& why) {
  end(exit_own_failure, why + "; '" + handover.command + "' was not run");
}

[[noreturn]] void report_load_failure(const Handover& handover, int err) {
  if (err == EBUSY)
    end_unrun(handover,
              "this process has a supervisor already and the kernel allows one; start scsup outside of it");
  if (err == EACCES || err == EPERM) end_unrun(handover, "this process may not load a seccomp filter");
  end_unrun(handover, std::string("the kernel doesn't take the supervisor's filter: ") + std::strerror(err));
}

// The filter kills for execve, and SCMP_ACT_KILL kills one thread only. The whole process must end, as it would have
// without the courier (seccomp(2)).
[[noreturn]] void die_by_the_filter() {
  ::signal(SIGSYS, SIG_DFL);
  const std::uint64_t none = 0;
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof(none));
  ::syscall(SYS_tgkill, ::getpid(), ::syscall(SYS_gettid), SIGSYS);
  ::_exit(128 + SIGSYS);  // an init of a PID namespace isn't killed by its own signals
}

[[noreturn]] void report_exec_failure(const Handover& handover, int err) {
  const std::string sentence = "cannot run '" + handover.command + "': ";
  auto said = say(handover.socket, handshake::ExecFailed{static_cast<std::uint32_t>(err)});
  auto reason = said ? hear<handshake::Reason>(handover.socket, "its reason") : failed(said.error());
  if (!reason) end(exit_own_failure, sentence + std::strerror(err) + ", and " + reason.error().text());
  if (!reason->text.empty()) end(exit_not_executable, sentence + reason->text);
  // The file was there before the filter was loaded.
  if (err == ENOENT)
    end(exit_not_found,
        sentence + "the interpreter or loader that " + handover.path + " names does not exist");
  if (err == ENOEXEC)
    end(exit_not_executable, sentence + std::strerror(err) + " (does a script lack its #! line?)");
  end(exit_not_executable, sentence + std::strerror(err));
}

void* carry(void* argument) {
  const std::uint64_t all = ~std::uint64_t{0};
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, nullptr, sizeof(all));  // glibc leaves two of them open
  auto& handover = *static_cast<Handover*>(argument);

  wait_until([&] { return handover.listener >= 0 || handover.load_error != 0; });
  if (handover.load_error != 0) report_load_failure(handover, handover.load_error);
  {
    const Fd listener(
        handover.listener);  // closed before the command runs: its holder can answer for the supervisor
    const handshake::Listener words{static_cast<std::uint32_t>(handover.tid)};
    if (auto sent = say(handover.socket, words, listener.get()); !sent)
      end_unrun(handover, sent.error().text());
  }
  if (auto go = hear<handshake::Go>(handover.socket, "its go-ahead"); !go)
    end_unrun(handover, go.error().text());
  handover.go = true;

  // A successful exec ends this thread here.
  wait_until([&] { return handover.exec_error != 0 || handover.filtered_thread_lives == 0; });
  if (handover.exec_error == 0) die_by_the_filter();
  // From now on the other thread spins. It will never run the command, so it needs no priority.
  const sched_param none{};
  ::sched_setscheduler(handover.tid, SCHED_IDLE, &none);
  report_exec_failure(handover, handover.exec_error);
}

// The kernel's struct (rt_sigaction(2)): glibc's wrapper hides the two signals that it reserves for itself.
struct KernelAction {
  void* handler;
  unsigned long flags;
  void* restorer;
  std::uint64_t mask;
};
constexpr int glibc_setxid_signal = 33;

// When the exec fails the filtered thread spins. Under a real-time policy, on one CPU, that would keep the courier
// from ever running. So the courier needs a higher priority, or else an ordinary policy, for which the scheduler
// reserves a share (sched(7), sched_rt_runtime_us).
int create_above_the_spinning_thread(pthread_t& courier, pthread_attr_t& attributes, Handover& handover) {
  const int policy = ::sched_getscheduler(0);
  if (policy != SCHED_FIFO && policy != SCHED_RR && policy != SCHED_DEADLINE)
    return ::pthread_create(&courier, &attributes, &carry, &handover);
  sched_param param{};
  ::sched_getparam(0, &param);
  ::pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
  if (policy != SCHED_DEADLINE && param.sched_priority < ::sched_get_priority_max(policy)) {
    ++param.sched_priority;
    ::pthread_attr_setschedpolicy(&attributes, policy);
    ::pthread_attr_setschedparam(&attributes, &param);
    if (::pthread_create(&courier, &attributes, &carry, &handover) == 0) return 0;
  }
  param.sched_priority = 0;
  ::pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
  ::pthread_attr_setschedparam(&attributes, &param);
  return ::pthread_create(&courier, &attributes, &carry, &handover);
}

}  // namespace

int start_courier(Handover& handover) {
  const std::uint64_t all = ~std::uint64_t{0};
  std::uint64_t mask = 0;
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &mask, sizeof(mask));
  // The first pthread_create installs a handler for this signal; if it was ignored, it must stay ignored over the
  // exec.
  KernelAction action{};
  ::syscall(SYS_rt_sigaction, glibc_setxid_signal, nullptr, &action, sizeof(mask));

  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  ::pthread_attr_setstacksize(&attributes, 128 << 10);
  pthread_t courier;
  const int err = create_above_the_spinning_thread(courier, attributes, handover);
  ::pthread_attr_destroy(&attributes);

  ::syscall(SYS_rt_sigaction, glibc_setxid_signal, &action, nullptr, sizeof(mask));
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, sizeof(mask));
  return err;
}

}  // namespace scsup::agent

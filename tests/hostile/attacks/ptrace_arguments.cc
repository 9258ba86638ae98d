// A target that traces its child and swaps the path under its mkdir: before it is received, and while it is.
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "tests/hostile/attacks/attack.h"

namespace {

char good[4096], bad[4096], path[4096];

void poke(pid_t child, const char* text) {
  iovec local{const_cast<char*>(text), std::strlen(text) + 1}, remote{path, std::strlen(text) + 1};
  if (process_vm_writev(child, &local, 1, &remote, 1, 0) < 0 && errno != ESRCH)
    impossible("process_vm_writev");
}

}  // namespace

int main(int, char** argv) {
  std::snprintf(good, sizeof good, "%s/ok/x", argv[1]);
  std::snprintf(bad, sizeof bad, "%s/no/x", argv[1]);
  for (Rounds rounds(300, 2500); rounds.next();) {
    std::strcpy(path, good);
    const pid_t child = fork();
    if (child == 0) {
      if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) impossible("ptrace");
      raise(SIGSTOP);
      for (int i = 0; i < 4; ++i) {
        syscall(SYS_mkdir, path, 0777);
        syscall(SYS_rmdir, good);
      }
      _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    for (;;) {
      ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
      for (int i = 0; i < 8; ++i) {  // it is running, or waits for its answer
        poke(child, bad);
        poke(child, good);
      }
      if (waitpid(child, &status, 0) < 0 || !WIFSTOPPED(status)) break;
      user_regs_struct regs{};
      ptrace(PTRACE_GETREGS, child, nullptr, &regs);
      if (regs.orig_rax != SYS_mkdir) continue;
      regs.rdi = reinterpret_cast<std::uintptr_t>(bad);  // this counts at the entry; at the exit it is too
                                                         // late
      ptrace(PTRACE_SETREGS, child, nullptr, &regs);
    }
    if (exists(bad)) breach("made in the forbidden place");
  }
}

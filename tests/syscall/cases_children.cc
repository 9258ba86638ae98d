// fork, vfork, clone(CLONE_FS) and execve right before a call.
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <thread>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

void in_child(const std::function<void()>& step) {
  const pid_t child = must(fork(), "fork");
  if (child == 0) {
    step();
    _exit(0);
  }
  int status;
  must(waitpid(child, &status, 0), "waitpid");
  say("child ended with " + std::to_string(status));
}

void forked() {
  mkdir("dir");
  in_child([] { umask(077), mkdir("child"), must(chdir("dir"), "chdir"), mkdir("in"), chmod("..", 0711); });
  mkdir("parent");
  in_child([] { in_child([] { mkdir("grandchild"), mkdir("/proc/self/cwd/proc"); }), mkdir("between"); });
  for (int i = 0; i < 20; ++i) in_child([&] { mkdir(("n" + std::to_string(i)).c_str()); });
  mkdir("last");
}

void vforked() {
  mkdir("dir");
  for (const char* name : {"a", "b"}) {
    const pid_t child = vfork();
    if (child == 0) {
      mkdir((std::string(name) + "child").c_str());
      mkdir("/proc/self/cwd/dir/proc");
      _exit(0);
    }
    mkdir((std::string(name) + "parent").c_str());
    int status;
    must(waitpid(child, &status, 0), "waitpid");
  }
}

int other_view(void*) {
  umask(0707);
  if (::chdir("dir") != 0) return 1;
  mkdir("in_child");
  return 0;
}

// A process that shares cwd and umask, as a thread does.
void shared_view() {
  static char stack[1 << 18];
  mkdir("dir");
  const pid_t child = must(clone(other_view, stack + sizeof stack, CLONE_FS | SIGCHLD, nullptr), "clone");
  int status;
  must(waitpid(child, &status, 0), "waitpid");
  mkdir("by_parent");
  chmod(".", 0755);
}

[[noreturn]] void exec_into(const char* name) {
  execl("/proc/self/exe", "twin_target", name, ".", static_cast<char*>(nullptr));
  must(-1, "execl");
  _exit(1);
}

void executed() {
  mkdir("before");
  umask(027);
  exec_into("after_exec");
}

void executed_by_thread() {
  mkdir("before");
  umask(0);
  std::thread([] {
    mkdir("by_thread");
    exec_into("after_exec");
  }).join();
}

void executed_after_vfork() {
  mkdir("before");
  const pid_t child = vfork();
  if (child == 0) exec_into("after_exec");
  int status;
  must(waitpid(child, &status, 0), "waitpid");
  mkdir("afterwards");
  say("child ended with " + std::to_string(status));
}

void after_exec() {
  mkdir("after");
  mkdir("/proc/self/cwd/proc");
  umask(0770);
  mkdir("masked");
  chmod("after", 0700);
}

}  // namespace

Cases child_cases() {
  return {
      {"fork", nothing, forked},
      {"vfork", nothing, vforked},
      {"clone_fs", nothing, shared_view},
      {"exec", nothing, executed},
      {"exec_by_thread", nothing, executed_by_thread},
      {"exec_after_vfork", nothing, executed_after_vfork},
      {"after_exec", by_exec, after_exec},
  };
}

}  // namespace twin

// A task that restricts itself by Landlock, its relatives, and what each of them may make. Prints one line for each
// attempt; the driver compares with a run without scsup.
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <functional>
#include <thread>

#include "tests/hostile/attacks/attack.h"

namespace {

std::string root;

void try_here(const char* who, const char* where) {
  const std::string name = root + "/ok/" + where + "/" + who;
  const int err = mkdir(name.c_str(), 0755) == 0 ? 0 : errno;
  std::printf("%s %s %s\n", who, where, err == 0 ? "made" : std::strerror(err));
  std::fflush(stdout);
}

void try_all(const char* who) {
  for (const char* where : {"in", "in/deep", "out"}) try_here(who, where);
}

void in_child(const std::function<void()>& what, unsigned long flags = SIGCHLD) {
  const long child = syscall(SYS_clone, flags, 0, 0, 0, 0);
  if (child == 0) {
    what();
    _exit(0);
  }
  if (child < 0) impossible("clone");
  // With CLONE_PARENT we can't wait for it: the end of the pipe tells.
  int status = 0;
  while (waitpid(static_cast<pid_t>(child), &status, __WALL) < 0 && errno == EINTR) {
  }
  if (status != 0) _exit(WEXITSTATUS(status));
}

// Waits until the process that holds the other end has ended.
void with_relative(const std::function<void()>& what) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) impossible("pipe");
  what();
  close(ends[1]);
  char byte;
  while (read(ends[0], &byte, 1) > 0) {
  }
  close(ends[0]);
}

constexpr std::uint64_t removes = LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE;

int restrict_to(const char* where) {
  landlock_ruleset_attr handled{};
  handled.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_READ_FILE | removes;
  const int ruleset = static_cast<int>(syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0));
  if (ruleset < 0) impossible("landlock_create_ruleset");
  const auto allow = [&](const std::string& place, std::uint64_t what) {
    landlock_path_beneath_attr rule{};
    rule.allowed_access = what;
    rule.parent_fd = open(place.c_str(), O_PATH | O_CLOEXEC);
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
      breach("landlock_add_rule: %s", std::strerror(errno));
    close(rule.parent_fd);
  };
  allow(root + "/ok/" + where, LANDLOCK_ACCESS_FS_MAKE_DIR | removes);
  allow("/", LANDLOCK_ACCESS_FS_READ_FILE);
  if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
    breach("landlock_restrict_self: %s", std::strerror(errno));
  // The ruleset can still change; the domain stays as it was.
  allow(root + "/ok", LANDLOCK_ACCESS_FS_MAKE_DIR);
  return ruleset;
}

void restricted() {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (syscall(SYS_landlock_restrict_self, 999, 0) != -1 || errno != EBADF)
    breach("a ruleset that isn't there");
  close(restrict_to("in"));
  try_all("itself");
  in_child([] { try_all("child"); });
  with_relative([] { in_child([] { try_all("brother"); }, CLONE_PARENT); });
  with_relative([] { in_child([] { in_child([] { in_child([] { try_all("grandchild"); }); }); }); });
  std::thread([] { try_all("thread"); }).join();
  in_child([] {
    execl("/proc/self/exe", "landlock_domain", root.c_str(), "executed", nullptr);
    _exit(1);
  });
  in_child([] {
    if (unshare(CLONE_NEWUSER) != 0) {
      std::printf("no user namespace\n");
      return;
    }
    try_all("elsewhere");
  });
  if (chmod((root + "/ok/out").c_str(), 0700) != 0) breach("chmod: %s", std::strerror(errno));
  restrict_to("in/deep");
  try_all("twice");
  in_child([] { try_all("twices"); });
}

}  // namespace

int main(int argc, char** argv) {
  root = argv[1];
  const std::string as = argc > 2 ? argv[2] : "";
  if (as == "executed") {
    try_all("executed");
    return 0;
  }
  for (const char* where : {"in", "in/deep", "out"}) mkdir((root + "/ok/" + where).c_str(), 0777);
  if (as == "removing") {
    for (const char* where : {"in", "out"}) {
      const std::string place = root + "/ok/" + where;
      mkdir((place + "/dir").c_str(), 0777);
      close(open((place + "/file").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    }
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    close(restrict_to("in"));
    for (const char* where : {"out", "in"}) {
      const std::string place = root + "/ok/" + where;
      std::printf("%s %s", where, unlink((place + "/file").c_str()) == 0 ? "gone" : std::strerror(errno));
      std::printf(" %s\n", rmdir((place + "/dir").c_str()) == 0 ? "gone" : std::strerror(errno));
    }
    return 0;
  }
  if (as == "many") {  // one after the other, as a build runs xz
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (int i = 0; i < 600; ++i)
      in_child([i] {
        restrict_to("in");
        const std::string name = "/" + std::to_string(i);
        if (mkdir((root + "/ok/in" + name).c_str(), 0755) != 0) breach("inside: %s", std::strerror(errno));
        if (mkdir((root + "/ok/out" + name).c_str(), 0755) == 0) breach("made outside");
      });
    return 0;
  }
  if (as == "at-once") {  // two threads, each with its own domain: neither loses it
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (int i = 0; i < 50; ++i)
      in_child([] {
        std::atomic<int> ready{0};
        const auto restricted_to = [&](const char* where, const char* other) {
          ++ready;
          while (ready < 2) std::this_thread::yield();
          restrict_to(where);
          if (mkdir((root + "/ok/" + other + "/x").c_str(), 0755) == 0) breach("made in %s", other);
        };
        std::thread one(restricted_to, "in", "out"), two(restricted_to, "out", "in");
        one.join();
        two.join();
      });
    return 0;
  }
  if (as == "marked") {  // a task that changes the mark gets less and not more
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    restrict_to("in");
    rlimit limit{};
    getrlimit(RLIMIT_LOCKS, &limit);
    for (const rlim_t lower : {limit.rlim_max - 1, limit.rlim_max / 2, rlim_t{0}}) {
      limit.rlim_cur = limit.rlim_max = lower;
      if (setrlimit(RLIMIT_LOCKS, &limit) != 0) breach("setrlimit: %s", std::strerror(errno));
      if (mkdir((root + "/ok/out/marked").c_str(), 0755) == 0)
        breach("made outside with a mark of %lu", lower);
    }
    return 0;
  }
  int go[2];
  if (pipe2(go, O_CLOEXEC) != 0) impossible("pipe");
  const pid_t before = fork();  // forked before the domain: not in it
  if (before == 0) {
    close(go[1]);
    char byte;
    if (read(go[0], &byte, 1) < 0) _exit(1);
    try_all("before");
    _exit(0);
  }
  in_child(restricted);
  close(go[1]);
  waitpid(before, nullptr, 0);
  in_child([] { try_all("after"); });  // and a later sibling isn't either
  try_all("parent");
}

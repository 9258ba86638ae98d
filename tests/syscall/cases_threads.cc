// What threads have of their own, and what they share. Steps are ordered, so that both twins take the same steps.
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <semaphore>
#include <thread>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

// A thread that executes functions, one at a time.
class Partner {
 public:
  Partner() : thread_([this] { loop(); }) {}
  ~Partner() {
    step_ = nullptr;
    go_.release();
    thread_.join();
  }
  void does(std::function<void()> step) {
    step_ = std::move(step);
    go_.release();
    done_.acquire();
  }

 private:
  void loop() {
    for (;;) {
      go_.acquire();
      if (!step_) return;
      step_();
      done_.release();
    }
  }
  std::binary_semaphore go_{0}, done_{0};
  std::function<void()> step_;
  std::thread thread_;
};

void own_cwd() {
  for (const char* name : {"one", "two", "three"}) mkdir(name);
  Partner one, two, shared;
  one.does([] { must(unshare(CLONE_FS), "unshare"), must(chdir("one"), "chdir"); });
  two.does([] { must(unshare(CLONE_FS), "unshare"), must(chdir("two"), "chdir"); });
  for (const char* name : {"a", "./b", "../c", "/proc/thread-self/cwd/d", "/proc/self/cwd/e"}) {
    one.does([&] { mkdir(name); });
    two.does([&] { mkdir(name); });
    shared.does([&] { mkdir(name); });
    mkdir(name);
  }
  shared.does([] { must(chdir("three"), "chdir"); });
  mkdir("moved");
  one.does([] { mkdir("stays"), chmod(".", 0711); });
  two.does([] { must(chdir(".."), "chdir"), mkdir("back"); });
}

void own_umask() {
  Partner own, shared;
  own.does([] { must(unshare(CLONE_FS), "unshare"); });
  int n = 0;
  auto all = [&] {
    const std::string name = "d" + std::to_string(n++);
    own.does([&] { mkdir((name + "own").c_str()); });
    shared.does([&] { mkdir((name + "shared").c_str()); });
    mkdir((name + "main").c_str());
  };
  all();
  shared.does([] { umask(077); });
  all();
  own.does([] { umask(0); });
  all();
  umask(027);
  all();
  own.does([] { umask(0770); });
  shared.does([] { umask(0707); });
  all();
}

void shared_umask() {
  Partner other;
  for (int i = 0; i < 60; ++i) {
    other.does([&] { umask(static_cast<mode_t>(i * 11) & 0777); });
    mkdir(("m" + std::to_string(i)).c_str());
    umask(static_cast<mode_t>(i * 7) & 0777);
    other.does([&] { mkdir(("o" + std::to_string(i)).c_str()); });
  }
}

void own_descriptors() {
  mkdir("one");
  mkdir("two");
  const int fd = opened("one", O_PATH);
  Partner own;
  own.does([&] { must(unshare(CLONE_FILES), "unshare"), must(dup2(opened("two", O_PATH), fd), "dup2"); });
  mkdirat(fd, "main");
  own.does([&] { mkdirat(fd, "own"); });
  const std::string at = "/proc/self/fd/" + std::to_string(fd),
                    mine = "/proc/thread-self/fd/" + std::to_string(fd);
  own.does([&] { mkdir((at + "/self").c_str()), mkdir((mine + "/thread").c_str()); });
  mkdir((mine + "/main_thread").c_str());
  own.does([&] { close(fd), mkdirat(fd, "closed"), fchmod(fd, 0700); });
  mkdirat(fd, "still");
}

void own_fsuid() {
  must(::chmod(".", 0777), "chmod");
  must(::mkdir("roots", 0755), "mkdir");
  Partner user, group;
  user.does([] { syscall(SYS_setfsuid, 65534); });
  group.does([] { syscall(SYS_setfsgid, 77); });
  for (const char* name : {"a", "roots/b"}) {
    user.does([&] { mkdir((std::string(name) + "user").c_str()); });
    group.does([&] { mkdir((std::string(name) + "group").c_str()); });
    mkdir(name);
    user.does([&] { chmod(name, 0700); });
    group.does([&] { chmod(name, 0710); });
  }
  user.does(
      [] { must(syscall(SYS_setresuid, 65534, 65534, 65534), "setresuid"), mkdir("roots/c"), mkdir("d"); });
  mkdir("roots/e");
}

void own_root() {
  for (const char* name : {"one", "one/dir", "two", "two/dir"}) must(::mkdir(name, 0755), name);
  Partner one, two;
  one.does([] { must(unshare(CLONE_FS), "unshare"), must(chroot("one"), "chroot"); });
  two.does(
      [] { must(unshare(CLONE_FS), "unshare"), must(chroot("two"), "chroot"), must(chdir("/"), "chdir"); });
  for (Partner* each : {&one, &two})
    each->does([] { mkdir("/dir/a"), mkdir("b"), mkdir("../c"), mkdir("/../d"), chmod("/dir", 0711); });
  mkdir("e");
}

void leader_gone() {
  mkdir("before");
  std::thread([] {
    mkdir("by_thread");
    std::thread([] {
      mkdir("by_its_thread"), mkdir("/proc/self/cwd/leader"), mkdir("/proc/thread-self/cwd/thread");
    }).join();
  }).join();
  mkdir("after");
}

}  // namespace

Cases thread_cases() {
  return {
      {"thread_own_cwd", nothing, own_cwd},           {"thread_own_umask", nothing, own_umask},
      {"thread_shared_umask", nothing, shared_umask}, {"thread_own_descriptors", nothing, own_descriptors},
      {"thread_own_fsuid", root, own_fsuid},          {"thread_own_root", root, own_root},
      {"thread_of_thread", nothing, leader_gone},
  };
}

}  // namespace twin

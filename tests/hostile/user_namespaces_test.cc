// Targets that are root in their own user namespace, and what they can do to the processes that act for them there.
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <tuple>

#include "tests/hostile/arena.h"
#include "tests/hostile/attacks/deputies.h"

namespace scsup::hostile {
namespace {

constexpr int cannot = 77;

TEST(UserNamespaces, DeputyCannotBeTracedOrRobbed) {
  Arena arena;
  const Ended ended = arena.run_attack("rob_deputy", {arena.root()});
  if (ended.status == cannot) GTEST_SKIP() << ended.err;
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_sound(arena, ended);
}

TEST(UserNamespaces, KilledDeputiesAreReplacedAndEachCallIsAnswered) {
  for (const char* how : {"kill", "limit"}) {
    Arena arena;
    const Ended ended = arena.run_attack("kill_deputy", {arena.root(), how});
    if (ended.status == cannot) GTEST_SKIP() << ended.err;
    EXPECT_EQ(ended.status, 0) << how << ended.err;
    expect_sound(arena, ended);
  }
}

TEST(UserNamespaces, StoppedDeputyHoldsUpItsOwnCallOnly) {
  Arena arena;
  Started serve = arena.start_serve(arena.policy());
  const Words agent = {program("scsup-agent"), "--socket", arena.socket(), "--"};
  Words hostile = agent, other = agent;
  hostile.insert(hostile.end(), {attack("kill_deputy"), arena.root(), "stop", std::to_string(serve.pid())});
  other.insert(other.end(), {attack("signal_storm"), arena.root(), "restart"});
  Started stopped = arena.start(hostile);
  Started beside = arena.start(other);
  EXPECT_EQ(beside.wait(), 0) << beside.err();
  const int status = stopped.wait();
  if (status == cannot) GTEST_SKIP() << stopped.err();
  EXPECT_EQ(status, 0) << stopped.err();
  kill(serve.pid(), SIGTERM);
  EXPECT_EQ(serve.wait(), 0) << serve.err();
  expect_sound(arena.audit());
  EXPECT_EQ(count_calls(arena.audit(), "deny", "ETIMEDOUT"), 1u);
}

TEST(UserNamespaces, FuseMountedInsideHoldsUpItsOwnCallOnly) {
  Arena arena;
  const Ended ended = arena.run_attack("hang_in_fuse", {arena.root(), "inside"});
  if (ended.status == cannot) GTEST_SKIP() << ended.err;
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_sound(arena, ended);
}

TEST(UserNamespaces, FileSystemsThatWereUsedCanBeUnmounted) {
  Arena arena;
  const Ended ended = arena.run_attack("unmount_after", {arena.root()});
  if (ended.status == cannot) GTEST_SKIP() << ended.err;
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_sound(arena, ended);
}

// An ordinary user's scsup has no rights outside. Inside it has those of the namespace's owner, which is enough for
// the ids that newuidmap(1) would map.
TEST(UserNamespaces, OrdinaryUsersSubordinateIds) {
  if (!is_root()) GTEST_SKIP() << "needs root, to write maps as newuidmap(1) does";
  constexpr uid_t user = 65534, first = 300000;
  Arena arena;
  const std::string policy = arena.policy();
  for (const char* name : {"begun", "go"}) {
    ASSERT_EQ(mkfifo(arena.path(name).c_str(), 0666), 0);
    ASSERT_EQ(chmod(arena.path(name).c_str(), 0666), 0);
  }
  ASSERT_EQ(chmod(arena.root().c_str(), 0777), 0);
  const Words argv = {program("scsup"),          "--policy",  policy, "--audit", arena.path("audit.jsonl"),
                      attack("subordinate_ids"), arena.root()};
  Started front = arena.start(argv, [] {
    if (setgroups(0, nullptr) != 0 || setgid(user) != 0 || setuid(user) != 0) _exit(cannot);
  });
  Fd begun(open(arena.path("begun").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  pollfd either[] = {{begun.get(), POLLIN, 0}, {front.pidfd().get(), POLLIN, 0}};
  poll(either, 2, -1);
  ASSERT_EQ(either[1].revents, 0) << front.wait() << front.err();
  std::string target;
  std::ifstream(arena.path("ok/number")) >> target;
  for (const char* map : {"/uid_map", "/gid_map"})
    std::ofstream("/proc/" + target + map) << "0 " << user << " 1\n1 " << first << " 65535\n" << std::flush;
  close(open(arena.path("go").c_str(), O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(front.wait(), 0) << front.err();
  expect_sound(arena.audit());
  for (const auto& [name, uid, gid] :
       {std::tuple{"ok/root", user, user}, {"ok/five", first + 4, first + 6}}) {
    struct stat st {};
    EXPECT_EQ(stat(arena.path(name).c_str(), &st), 0);
    EXPECT_EQ(st.st_uid, uid) << name;
    EXPECT_EQ(st.st_gid, gid) << name;
  }
}

// A supervisor with a target for which a deputy has acted, and its processes.
class Inside : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(mkfifo(arena_.path("begun").c_str(), 0600), 0);
    ASSERT_EQ(mkfifo(arena_.path("go").c_str(), 0600), 0);
    const Words argv = {
        program("scsup"),      "--policy",   arena_.policy(), "--audit", arena_.path("audit.jsonl"),
        attack("wait_inside"), arena_.root()};
    front_.emplace(arena_.start(argv));
    Fd begun(open(arena_.path("begun").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    pollfd either[] = {{begun.get(), POLLIN, 0}, {front_->pidfd().get(), POLLIN, 0}};
    poll(either, 2, -1);
    if (either[1].revents != 0) {
      const int status = front_->wait();
      if (status == cannot) GTEST_SKIP() << front_->err();
      FAIL() << status << front_->err();
    }
    for (const pid_t supervisor : children(front_->pid(), "scsup:")) {
      supervisor_ = supervisor;
      for (const pid_t zygote : children(supervisor, "scsup-zygote")) zygote_ = zygote;
      for (const pid_t deputy : deputies(supervisor)) deputy_ = deputy;
    }
    ASSERT_GT(zygote_, 0);
    ASSERT_GT(deputy_, 0);
  }
  void TearDown() override {
    if (deputy_ > 0 && !gone_on_) let_go();
  }
  // The target makes its second call and ends.
  void let_go() {
    gone_on_ = true;
    close(open(arena_.path("go").c_str(), O_WRONLY | O_CLOEXEC));
  }

  Arena arena_;
  std::optional<Started> front_;
  pid_t supervisor_ = 0, zygote_ = 0, deputy_ = 0;
  bool gone_on_ = false;
};

bool ends(const Fd& pidfd) {
  pollfd ended{pidfd.get(), POLLIN, 0};
  return poll(&ended, 1, 20000) == 1;
}

TEST_F(Inside, NothingOutlivesTheSupervisor) {
  const Fd zygote(static_cast<int>(syscall(SYS_pidfd_open, zygote_, 0)));
  const Fd deputy(static_cast<int>(syscall(SYS_pidfd_open, deputy_, 0)));
  kill(zygote_, SIGSTOP);  // a stopped process doesn't notice that a line closes
  kill(deputy_, SIGSTOP);
  kill(supervisor_, SIGKILL);
  EXPECT_TRUE(ends(zygote));
  EXPECT_TRUE(ends(deputy));
  let_go();
}

TEST_F(Inside, WithoutTheZygoteCallsAreDenied) {
  const Fd zygote(static_cast<int>(syscall(SYS_pidfd_open, zygote_, 0)));
  const Fd deputy(static_cast<int>(syscall(SYS_pidfd_open, deputy_, 0)));
  kill(zygote_, SIGKILL);
  EXPECT_TRUE(ends(zygote));
  EXPECT_TRUE(ends(deputy));
  let_go();
  EXPECT_EQ(front_->wait(), 0) << front_->err();
  EXPECT_EQ(front_->out(), std::to_string(EPERM) + "\n");
  expect_sound(arena_.audit());
  EXPECT_EQ(count_calls(arena_.audit(), "deny", "EPERM"), 1u);
}

TEST_F(Inside, NothingOfTheSupervisorsIsOpenInTheDeputy) {
  if (!is_root()) GTEST_SKIP() << "needs root, to look";
  for (const pid_t pid : {zygote_, deputy_}) {
    int sockets = 0;
    for (const std::string& fd : entries("/proc/" + std::to_string(pid) + "/fd")) {
      char target[256] = {};
      const std::string link = "/proc/" + std::to_string(pid) + "/fd/" + fd;
      ASSERT_GT(readlink(link.c_str(), target, sizeof target - 1), 0);
      const std::string to = target;
      sockets += to.starts_with("socket:");
      EXPECT_TRUE(to == "/dev/null" || to.starts_with("socket:") || to == "anon_inode:[signalfd]") << to;
    }
    EXPECT_EQ(sockets, 1) << pid;
  }
  let_go();
  EXPECT_EQ(front_->wait(), 0) << front_->err();
  EXPECT_EQ(front_->out(), "0\n");
}

}  // namespace
}  // namespace scsup::hostile

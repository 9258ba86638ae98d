// What becomes of a run when one of scsup's processes is killed. With --die-with-parent all its descendants end;
// without, it goes on, is listed by `scsup orphans`, and ends with its supervisor.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <thread>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class OrphanedRuns : public ScsupTest {
 protected:
  OrphanedRuns() { EXPECT_EQ(mkfifo(at("gate").c_str(), 0600), 0); }
  ~OrphanedRuns() override {
    close(open(at("gate").c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  }  // for the remaining processes

  Start mortal(const Words& command) const {
    return under(policy_, command, {"--quiet", "--die-with-parent", "--audit", "none"});
  }
  Start immortal(const std::string& script) const {
    return under(policy_, {"sh", "-c", script}, {"--quiet"});
  }
  pid_t written(const std::string& name) const { return std::stoi(read_file(at(name))); }
  pid_t supervisor() const { return written("supervisor"); }
  // Its entry in `scsup orphans --json`; null: there is none.
  Json listed(pid_t supervisor) const {
    for (const std::string& line : lines_of(scsup({"orphans", "--json"}).out))
      if (Json entry = Json::parse(line); entry["supervisor"] == supervisor) return entry;
    return nullptr;
  }
  const std::string policy_ = shipped_policy("no-mkdir.json");
};

// The processes hold the output open: it ends when the last has gone.
const char* const waiting = "echo $PPID >supervisor; echo $$ >pid; echo ready; read line <gate";

struct Kind {
  const char* name;
  const char* script;
};

class MortalRuns : public OrphanedRuns, public testing::WithParamInterface<Kind> {};

TEST_P(MortalRuns, EndWithTheirFront) {
  Running scsup(mortal({"sh", "-c", GetParam().script}));
  ASSERT_TRUE(scsup.says("ready"));
  scsup.send(SIGKILL);
  EXPECT_EQ(scsup.wait(), 1000 + SIGKILL);
  scsup.rest();
}

INSTANTIATE_TEST_SUITE_P(
    Of, MortalRuns,
    testing::Values(Kind{"Daemons",
                         "(setsid sh -c '(setsid sh -c \"echo ready; read line <gate\" &)' &); exit 3"},
                    Kind{"WhoIgnoresSignals", "trap '' HUP INT QUIT TERM TSTP; echo ready; read line <gate"},
                    Kind{"WhoIsStopped", "(setsid sh -c 'echo ready; kill -STOP $$' &); kill -STOP $$"},
                    Kind{"WhoStartsAllAnew",
                         "for i in 1 2 3 4 5 6 7 8; do (while :; do sh -c 'read line <gate'; done) & done; "
                         "echo ready; while :; do sh -c :; done"}),
    [](const auto& of) { return of.param.name; });

TEST_F(OrphanedRuns, EndWithTheirFrontInAnotherPidNamespace) {
  if (run(plain({"unshare", "-Urpf", "true"})).code() != 0) GTEST_SKIP() << "missing: unshare -Urpf";
  Running scsup(mortal(
      {"unshare", "-Urpf", "sh", "-c", "echo ready; (setsid sh -c 'read line <gate' &); read line <gate"}));
  ASSERT_TRUE(scsup.says("ready"));
  scsup.send(SIGKILL);
  EXPECT_EQ(scsup.wait(), 1000 + SIGKILL);
  scsup.rest();
}

// With so many other processes, a look at all of them takes longer than a link of the chain lives.
TEST_F(OrphanedRuns, EndWithTheirFrontThoughTheyFlee) {
  if (std::getenv("SCSUP_SANITIZED"))
    GTEST_SKIP() << "missing: a scsup without a sanitizer, which they outrun";
  int others[2];
  ASSERT_EQ(pipe2(others, O_CLOEXEC), 0);
  std::vector<pid_t> crowd;
  for (int i = 0; i < 700; ++i) {
    const pid_t pid = fork();
    if (pid < 0) break;
    if (pid == 0) {
      close(others[1]);
      char end;
      _exit(read(others[0], &end, 1) == 0 ? 0 : 1);
    }
    crowd.push_back(pid);
  }
  {
    Running scsup(mortal({own_program("fleeing")}));
    EXPECT_TRUE(scsup.says("fleeing"));
    scsup.send(SIGKILL);
    EXPECT_EQ(scsup.wait(), 1000 + SIGKILL);
    scsup.rest();
  }
  close(others[1]);
  for (const pid_t pid : crowd) waitpid(pid, nullptr, 0);
}

TEST_F(OrphanedRuns, EndWithTheFrontsParentThoughAllOfItIsStopped) {
  Start start = plain({"sh", "-c", "\"$@\"; true", "-"});
  const Start inner = mortal({"sh", "-c", "echo $PPID >supervisor; echo ready; kill -STOP $$"});
  start.argv.insert(start.argv.end(), inner.argv.begin(), inner.argv.end());
  Running parent(start);
  ASSERT_TRUE(parent.says("ready"));
  const std::string stat = read_file("/proc/" + std::to_string(supervisor()) + "/stat");
  const pid_t front = std::stoi(stat.substr(stat.rfind(") ") + 4));
  ASSERT_TRUE(eventually([&] { return state_of(front) == 'T'; }));
  parent.send(SIGKILL);
  EXPECT_EQ(parent.wait(), 1000 + SIGKILL);
  parent.rest();
}

TEST_F(OrphanedRuns, DontEndWithTheThreadThatStartedScsup) {
  std::unique_ptr<Running> scsup;
  std::thread([&] {
    scsup = std::make_unique<Running>(mortal({"sh", "-c", std::string(waiting) + "; exit 7"}));
    EXPECT_TRUE(scsup->says("ready"));
  }).join();
  write_file(at("gate"), "go\n");
  EXPECT_EQ(scsup->wait(), 7);
}

TEST_F(OrphanedRuns, EndWithTheirSupervisor) {
  Running scsup(mortal({"sh", "-c", "(setsid sh -c 'read line <gate' &); " + std::string(waiting)}));
  ASSERT_TRUE(scsup.says("ready"));
  kill(supervisor(), SIGKILL);
  EXPECT_EQ(scsup.wait(), 125);
  scsup.rest();
}

// A cgroup of version 1 keeps frozen processes from dying, like a disk that doesn't answer.
TEST_F(OrphanedRuns, DontWaitForWhoCannotDie) {
  const std::string freezer = "/sys/fs/cgroup/freezer/scsup-orphans-" + std::to_string(getpid());
  if (mkdir(freezer.c_str(), 0755) != 0) GTEST_SKIP() << "missing: a freezer cgroup of version 1 to write to";
  Running scsup(
      mortal({"sh", "-c",
              "(setsid sh -c 'echo $$ >stuck; echo frozen-soon; exec >/dev/null; read line <gate' &); " +
                  std::string(waiting)}));
  ASSERT_TRUE(scsup.says("frozen-soon"));
  ASSERT_TRUE(scsup.says("ready"));
  const pid_t stuck = written("stuck");
  ASSERT_TRUE(eventually([&] {
    return std::filesystem::read_symlink("/proc/" + std::to_string(stuck) + "/fd/1") == "/dev/null";
  }));
  write_file(freezer + "/cgroup.procs", std::to_string(stuck));
  write_file(freezer + "/freezer.state", "FROZEN");
  ASSERT_TRUE(eventually([&] { return read_file(freezer + "/freezer.state") == "FROZEN\n"; }));
  const int last = static_cast<int>(syscall(SYS_pidfd_open, supervisor(), 0));
  scsup.send(SIGKILL);
  scsup.rest();
  EXPECT_NE(state_of(stuck), 0);
  write_file(freezer + "/freezer.state", "THAWED");
  pollfd over{last, POLLIN, 0};
  EXPECT_EQ(poll(&over, 1, patience_ms), 1);
  EXPECT_TRUE(eventually([&] { return state_of(stuck) == 0; }));
  close(last);
  EXPECT_EQ(rmdir(freezer.c_str()), 0);
}

TEST_F(OrphanedRuns, AreListedUntilTheirSupervisorIsToldToEnd) {
  Running scsup(immortal("(setsid sh -c 'read line <gate' &); trap '' TERM; " + std::string(waiting)));
  ASSERT_TRUE(scsup.says("ready"));
  EXPECT_EQ(listed(supervisor()), nullptr);
  kill(supervisor(), SIGTERM);  // no effect while there is a front
  scsup.send(SIGKILL);
  EXPECT_EQ(scsup.wait(), 1000 + SIGKILL);
  ASSERT_TRUE(eventually([&] { return listed(supervisor()) != nullptr; }));
  const Json entry = listed(supervisor());
  EXPECT_EQ(entry["pid"], written("pid"));
  EXPECT_EQ(entry["policy"], policy_);
  EXPECT_EQ(entry["argv"][0], "sh");
  EXPECT_EQ(entry["argv"].size(), 3u);
  EXPECT_LT(entry["age_s"], 600);
  kill(supervisor(), SIGTERM);
  scsup.rest();
  EXPECT_TRUE(eventually([&] { return listed(supervisor()) == nullptr; }));
  EXPECT_EQ(records("end").size(), 1u);
}

TEST_F(OrphanedRuns, AreListedThoughTheCommandHasEndedAndOnlyWhatItLeftGoesOn) {
  Running scsup(immortal("echo $PPID >supervisor; (echo ready; read line <gate) & exit 3"));
  ASSERT_TRUE(scsup.says("ready"));
  scsup.send(SIGKILL);
  scsup.wait();
  const pid_t orphaned = supervisor();
  ASSERT_TRUE(eventually([&] {
    const Json entry = listed(orphaned);
    return entry != nullptr && !entry.contains("pid");
  }));
  write_file(at("gate"), "go\n");
  scsup.rest();
  EXPECT_TRUE(eventually([&] { return listed(orphaned) == nullptr; }));
}

TEST_F(OrphanedRuns, AreListedInATableThatNobodysNameCanDrive) {
  // Any process can look like a supervisor; its words are shown escaped.
  if (!is_installed("bash")) GTEST_SKIP() << "bash is missing";
  std::filesystem::copy_file("/bin/cat", at("scsup:1"));
  Start start =
      plain({"bash", "-c", "echo ready; exec -a $'x\\e[31m' ./scsup:1 $'a\\nb\\e[2J' - <gate 2>/dev/null"});
  Running forger(start);
  ASSERT_TRUE(forger.says("ready"));
  const int gate = open(at("gate").c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_TRUE(eventually([&] { return listed(forger.pid()) != nullptr; }));
  const Finished done = scsup({"orphans"});
  EXPECT_EQ(done.code(), 0);
  EXPECT_TRUE(done.out.starts_with("SUPERVISOR"));
  EXPECT_NE(done.out.find("a\\012b\\033[2J"), std::string::npos) << done.out;
  EXPECT_EQ(done.out.find('\x1b'), std::string::npos);
  close(gate);
}

TEST_F(OrphanedRuns, OfOthersAreNotListed) {
  if (!is_root() || !is_installed("setpriv")) GTEST_SKIP() << "missing: root, setpriv";
  Running scsup(immortal(waiting));
  ASSERT_TRUE(scsup.says("ready"));
  scsup.send(SIGKILL);
  scsup.wait();
  ASSERT_TRUE(eventually([&] { return listed(supervisor()) != nullptr; }));
  const Finished done =
      run(plain({"setpriv", "--reuid=65534", "--clear-groups", scsup_program(), "orphans", "--json"}));
  if (done.code() == 127) GTEST_SKIP() << "missing: a build that everybody may execute";
  EXPECT_EQ(done.out, "");
  EXPECT_EQ(done.code(), 0) << done.err;
  kill(supervisor(), SIGTERM);
  scsup.rest();
  EXPECT_TRUE(eventually([&] { return listed(supervisor()) == nullptr; }));
}

}  // namespace
}  // namespace scsup::e2e

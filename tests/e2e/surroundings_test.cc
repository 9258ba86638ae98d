// The process of a command has the same properties as natively.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class Surroundings : public ScsupTest {
 protected:
  void expect_the_same(const std::function<void()>& prepare, const std::string& shows) {
    Start native = plain({own_program("surroundings"), "an argument"});
    Start supervised = under(shipped_policy("no-mkdir.json"), native.argv);
    native.prepare = supervised.prepare = prepare;
    const Finished expected = run(native);
    EXPECT_EQ(expected.code(), 0);
    EXPECT_NE(expected.out.find(shows), std::string::npos) << expected.out;
    const Finished found = run(supervised);
    EXPECT_EQ(found.out, expected.out);
    EXPECT_EQ(found.err, "");
  }
};

TEST_F(Surroundings, AreTheSameAsNatively) { expect_the_same({}, "argc 2"); }

TEST_F(Surroundings, SignalMaskAndDispositionsAreKept) {
  expect_the_same(
      [] {
        sigset_t set;
        sigemptyset(&set);
        for (const int blocked : {SIGCHLD, SIGUSR2, SIGTERM, SIGRTMAX}) sigaddset(&set, blocked);
        sigprocmask(SIG_BLOCK, &set, nullptr);
        for (const int ignored : {SIGINT, SIGPIPE, SIGCHLD, SIGTSTP, SIGRTMIN + 1}) signal(ignored, SIG_IGN);
      },
      "signal 17 ignored");
}

TEST_F(Surroundings, DirectoryUmaskNiceAndLimitsAreKept) {
  expect_the_same(
      [] {
        if (chdir("/usr/share") != 0) _exit(99);
        umask(0135);
        setpriority(PRIO_PROCESS, 0, 7);
        prctl(PR_SET_TIMERSLACK, 123456);
        for (const auto& [what, value] : {std::pair{RLIMIT_NOFILE, rlim_t{77}},
                                          {RLIMIT_CORE, rlim_t{0}},
                                          {RLIMIT_STACK, rlim_t{1} << 20}}) {
          const rlimit limit{value, value};
          setrlimit(what, &limit);
        }
      },
      "cwd /usr/share umask 135");
}

// No part of scsup may spin while it waits for another part: here that part would never run.
TEST_F(Surroundings, ARealTimeCommandOnOneCpuStartsAndFailsToStart) {
  const Words alone = {"taskset", "-c", "0", "chrt", "--fifo", "10"};
  const auto run_alone = [&](Start start) {
    start.argv.insert(start.argv.begin(), alone.begin(), alone.end());
    return run(start);
  };
  if (run_alone(plain({"true"})).code() != 0) GTEST_SKIP() << "needs the right to real-time scheduling";
  const Words asks = {"sh", "-c", "chrt -p 0 | cut -d: -f2"};
  EXPECT_EQ(run_alone(under(shipped_policy("no-mkdir.json"), asks)).out, run_alone(plain(asks)).out);
  const std::string no_exec = policy(R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []})");
  EXPECT_EQ(run_alone(under(no_exec, {"true"})).code(), 126);
}

TEST_F(Surroundings, EnvironmentIsKeptAsItIs) {
  Start start = under(shipped_policy("no-mkdir.json"), {"env"});
  start.env["ODD NAME"] = "with\nnewline";
  start.env["EMPTY"] = "";
  Start native = plain({"env"});
  native.env = start.env;
  EXPECT_EQ(run(start).out, run(native).out);
}

TEST_F(Surroundings, AProcessGroupAndSessionOfItsOwnAreKept) {
  Start start = under(shipped_policy("no-mkdir.json"),
                      {"sh", "-c", "ps -o pgid=,sid= -p $$,$PPID 2>/dev/null | sort -u; echo $?"});
  start.prepare = [] { setsid(); };
  Finished done = run(start);
  EXPECT_EQ(done.code(), 0);
  // The front leads the session; the command is in its group.
  start.argv.back() =
      "read pid comm state ppid pgrp session rest </proc/self/stat; [ $pgrp = $session ] && echo same";
  EXPECT_EQ(run(start).out, "same\n");
}

TEST_F(Surroundings, NoNewPrivsIsSetOnlyForThoseWhoNeedIt) {
  const Finished done =
      supervised(shipped_policy("no-mkdir.json"), {"grep", "^NoNewPrivs", "/proc/self/status"});
  EXPECT_EQ(done.out, is_root() ? "NoNewPrivs:\t0\n" : "NoNewPrivs:\t1\n");
}

}  // namespace
}  // namespace scsup::e2e

// Every SCMP_ACT_* does the same as in a container.
#include <signal.h>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class Actions : public ScsupTest {
 protected:
  std::string acting(const std::string& action, const std::string& more = "") const {
    return policy(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
      {"names": ["getpriority"], "action": "SCMP_ACT_)" +
                  action + "\"" + more + "}]}");
  }
  Finished make_the_call(const std::string& file) const {
    return supervised(file, {own_program("try_call"), "140", "0", "0"});
  }
};

TEST_F(Actions, KillsEndTheProcessBySigsys) {
  for (const char* action : {"KILL", "KILL_THREAD", "KILL_PROCESS"})
    EXPECT_EQ(make_the_call(acting(action)).code(), 1000 + SIGSYS) << action;
}

// The agent has a second thread without a filter: it must not outlive the thread that was killed.
TEST_F(Actions, AKillForExecveEndsAsItWouldNativelyAndSaysWhere) {
  for (const char* action : {"KILL", "KILL_THREAD", "KILL_PROCESS"}) {
    const std::string file = policy(std::string(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
      {"names": ["execve"], "action": "SCMP_ACT_)") +
                                    action + R"("}]})");
    const Finished done = supervised(file, {"true"});
    EXPECT_EQ(done.code(), 1000 + SIGSYS) << action;
    EXPECT_EQ(done.err,
              "scsup: SIGSYS ended the command; the policy kills for execve (entry at " + file + ":2:7)\n");
  }
}

TEST_F(Actions, ASigsysThatThePolicyHasNoPartInIsNotExplained) {
  const std::string file = policy(R"({"defaultAction": "SCMP_ACT_ALLOW"})");
  const Finished done = supervised(file, {"sh", "-c", "kill -SYS $$"});
  EXPECT_EQ(done.code(), 1000 + SIGSYS);
  EXPECT_EQ(done.err, "");
}

TEST_F(Actions, KillThreadKillsOneThreadAndKillProcessAll) {
  if (!is_installed("python3")) GTEST_SKIP() << "python3 is missing";
  // A thread makes the call; once it has gone, the main thread says whether it itself still lives.
  const std::string script = R"(
import ctypes, os, threading
libc = ctypes.CDLL(None)  # its calls release the interpreter's lock, which a killed thread would keep
tids = []
def call():
    tids.append(threading.get_native_id()); ready.set()
    libc.getpriority(0, 0)
ready = threading.Event()
threading.Thread(target=call, daemon=True).start()
ready.wait()
while os.path.exists('/proc/self/task/%d' % tids[0]): os.sched_yield()
os.write(1, b'alive')
os._exit(0)
)";
  const Finished thread = supervised(acting("KILL_THREAD"), {"python3", "-c", script});
  EXPECT_EQ(thread.out, "alive");
  EXPECT_EQ(thread.code(), 0);
  const Finished process = supervised(acting("KILL_PROCESS"), {"python3", "-c", script});
  EXPECT_EQ(process.out, "");
  EXPECT_EQ(process.code(), 1000 + SIGSYS);
}

TEST_F(Actions, TrapRaisesSigsysThatAProgramCanCatch) {
  EXPECT_EQ(make_the_call(acting("TRAP")).code(), 1000 + SIGSYS);
  if (!is_installed("python3")) GTEST_SKIP() << "python3 is missing";
  const Finished caught = supervised(acting("TRAP"), {"python3", "-c", R"(
import os, signal
signal.signal(signal.SIGSYS, lambda number, frame: os.write(1, b'caught'))
try: os.getpriority(0, 0)
except OSError: pass
)"});
  EXPECT_EQ(caught.out, "caught");
  EXPECT_EQ(caught.code(), 0);
}

TEST_F(Actions, LogAndAllowLetTheCallThrough) {
  EXPECT_EQ(make_the_call(acting("LOG")).code(), 0);
  EXPECT_EQ(make_the_call(acting("ALLOW")).code(), 0);
}

TEST_F(Actions, TraceWithoutATracerIsENOSYS) { EXPECT_EQ(make_the_call(acting("TRACE")).code(), ENOSYS); }

TEST_F(Actions, ErrnoIsEPERMOrWhatTheEntrySays) {
  EXPECT_EQ(make_the_call(acting("ERRNO")).code(), EPERM);
  EXPECT_EQ(make_the_call(acting("ERRNO", R"(, "errnoRet": 55)")).code(), 55);
  ASSERT_EQ(calls("deny").size(), 2u);
  EXPECT_EQ(calls("deny")[1]["errno"], "ENOANO");
}

TEST_F(Actions, ErrnoZeroClaimsSuccessWithoutDoingAnything) {
  const std::string file = policy(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
    {"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0}]})");
  EXPECT_EQ(supervised(file, {own_program("try_call"), "83", "@claimed", "0700"}).out, "0 \n");
  EXPECT_EQ(tree(work()).find("claimed"), std::string::npos);
}

TEST_F(Actions, NotifyAsksTheSupervisorsDefault) {
  EXPECT_EQ(make_the_call(acting("NOTIFY")).code(), EPERM);
  const std::string allow =
      policy(R"({"defaultAction": "SCMP_ACT_ALLOW", "supervise": {"default": {"action": "allow"}},
    "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_NOTIFY"}]})");
  EXPECT_EQ(make_the_call(allow).code(), 0);
  const std::string deny = policy(R"({"defaultAction": "SCMP_ACT_ALLOW",
    "supervise": {"default": {"action": "deny", "errno": "EBADSLT"}},
    "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_NOTIFY"}]})");
  EXPECT_EQ(make_the_call(deny).code(), EBADSLT);
}

TEST_F(Actions, TheDefaultErrnoIsForCallsThatNoEntryNames) {
  const std::string file = policy(R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 53, "syscalls": [
    {"names": ["access", "arch_prctl", "brk", "close", "execve", "exit_group", "fstat", "getrandom", "mmap", "mprotect", "munmap",
               "newfstatat", "openat", "pread64", "prlimit64", "read", "rseq", "set_robust_list", "set_tid_address", "write"],
     "action": "SCMP_ACT_ALLOW"},
    {"names": ["getsid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 54},
    {"names": ["getpgid"], "action": "SCMP_ACT_ERRNO"}]})");
  EXPECT_EQ(make_the_call(file).code(), 53);
  EXPECT_EQ(supervised(file, {own_program("try_call"), "124"}).code(), 54);
  EXPECT_EQ(supervised(file, {own_program("try_call"), "121"}).code(), EPERM);
}

}  // namespace
}  // namespace scsup::e2e

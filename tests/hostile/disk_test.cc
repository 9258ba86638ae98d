// Disks that fail under the audit log, and a loss of power.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "tests/hostile/arena.h"

namespace scsup::hostile {
namespace {

namespace fs = std::filesystem;

std::pair<Fd, Fd> new_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

std::string contents_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Disk : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(arena_.path("disk"));
    fs::create_directory(arena_.path("backing"));
    auto [says, out] = new_pipe();
    auto [in, hold] = new_pipe();
    file_system_.emplace(arena_.start({attack("faulty_fs"), arena_.path("disk"), arena_.path("backing")},
                                      [&, &out = out, &in = in] {
                                        dup2(in.get(), 0);
                                        dup2(out.get(), 1);
                                      }));
    hold_ = std::move(hold);
    out.reset();
    char byte;
    if (read(says.get(), &byte, 1) != 1) {
      file_system_->wait();
      GTEST_SKIP() << "needs FUSE (/dev/fuse, fusermount3): " << file_system_->err();
    }
  }
  void TearDown() override {
    hold_.reset();
    if (file_system_) file_system_->wait();
  }

  // Makes these operations fail from now on.
  void fault(const std::string& words) {
    arena_.write("fault.new", words);
    fs::rename(arena_.path("fault.new"), arena_.path("backing/fault"));
  }

  // A shell under scsup that executes commands.
  void start(const std::string& audit) {
    auto [ask_end, ask] = new_pipe();
    auto [reply, reply_end] = new_pipe();
    const std::string config = arena_.write("config.json", "{\"audit\": " + audit + "}");
    shell_.emplace(arena_.start({program("scsup"), "--policy", arena_.policy(), "--config", config, "--audit",
                                 arena_.path("disk/audit.jsonl"), "--quiet", "--", "/bin/sh", "-c",
                                 R"(while read -r line; do eval "$line" 2>/dev/null; echo; done)"},
                                [&, &ask_end = ask_end, &reply_end = reply_end] {
                                  dup2(ask_end.get(), 0);
                                  dup2(reply_end.get(), 1);
                                }));
    ask_ = std::move(ask);
    reply_ = std::move(reply);
  }
  void tell(const std::string& line) {
    const std::string whole = line + "\n";
    ASSERT_EQ(write(ask_.get(), whole.data(), whole.size()), static_cast<ssize_t>(whole.size()));
  }
  std::string hear() {
    std::string line;
    for (char c; read(reply_.get(), &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  std::string ask(const std::string& line) {
    tell(line);
    return hear();
  }
  Ended end() {
    ask_.reset();
    const int status = shell_->wait();
    return {status, shell_->out(), shell_->err()};
  }
  // Waits until it prints that on standard error.
  void until_said(const std::string& words) {
    while (shell_->err().find(words) == std::string::npos) sched_yield();
  }

  // The log, its segments first.
  Audit log() const {
    std::set<std::string> files;
    for (const auto& entry : fs::directory_iterator(arena_.path("disk")))
      if (entry.path().extension() == ".jsonl") files.insert(entry.path());
    Audit all;
    for (const std::string& file : files) {
      std::istringstream lines(contents_of(file));
      for (std::string line; std::getline(lines, line);) {
        auto record = nlohmann::json::parse(line);
        if (record["type"] != "seal") all.push_back(std::move(record));  // has no number
      }
    }
    return all;
  }
  static Words made(const Audit& audit) {
    Words paths;
    for (const auto& record : audit)
      if (record["type"] == "call" && record["act"] == "allow" && record.value("ret", -1) == 0)
        paths.push_back(fs::path(record["obj"]["resolved"].get<std::string>()).filename());
    std::sort(paths.begin(), paths.end());
    return paths;
  }
  static std::uint64_t lost(const Audit& audit) {
    std::uint64_t count = 0;
    for (const auto& record : audit)
      if (record["type"] == "gap") count += record["lost"].get<std::uint64_t>();
    return count;
  }
  static void expect_gapless(const Audit& audit) {
    std::int64_t seq = 0;
    for (const auto& record : audit) EXPECT_EQ(record["seq"], ++seq) << record;
  }

  Arena arena_;
  std::optional<Started> file_system_, shell_;
  Fd hold_, ask_, reply_;
};

class FailingDisk : public Disk, public testing::WithParamInterface<const char*> {};

TEST_P(FailingDisk, DeniesUntilItIsMendedAndTellsTheLoss) {
  start("{}");
  EXPECT_EQ(ask("mkdir ok/first && printf made"), "made");
  fault(std::string("write=") + GetParam());
  // What is made before the failure is noticed is in the journal, and nothing more is made after that.
  ask("i=0; while mkdir ok/$i; do i=$((i+1)); done");
  until_said("cannot write the audit log");
  EXPECT_EQ(ask("mkdir ok/never || printf denied"), "denied");
  fault("");
  EXPECT_EQ(ask("until mkdir ok/again$((i+=1)); do :; done; printf made"), "made");
  const Ended ended = end();
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.err.find("calls are denied until it can be written"), std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find("cannot write"), ended.err.rfind("cannot write"))
      << "said more than once: " << ended.err;
  const Audit audit = log();
  expect_gapless(audit);
  Words there = entries(arena_.path("ok"));
  std::sort(there.begin(), there.end());
  EXPECT_EQ(made(audit), there);  // each once, and nothing else
  EXPECT_GE(lost(audit), 2u);
}

INSTANTIATE_TEST_SUITE_P(With, FailingDisk, testing::Values("ENOSPC", "EIO", "EROFS"),
                         [](const auto& instance) { return instance.param; });

TEST_F(Disk, CallsWaitForItIfTheConfigSaysSo) {
  start(R"({"on_audit_failure": "wait"})");
  EXPECT_EQ(ask("mkdir ok/first && printf made"), "made");
  fault("write=EIO");
  tell("mkdir ok/second");  // in the journal, or already waiting
  until_said("calls wait until it can be written");
  tell("for i in 1 2 3 4 5 6 7 8 9 10; do mkdir ok/$i & done; wait; printf all");
  EXPECT_LE(entries(arena_.path("ok")).size(), 2u);
  fault("");
  hear();
  EXPECT_EQ(hear(), "all");
  EXPECT_EQ(end().status, 0);
  const Audit audit = log();
  expect_gapless(audit);
  EXPECT_EQ(made(audit).size(), 12u);
  EXPECT_EQ(lost(audit), 0u);
}

TEST_F(Disk, CallsAreCountedIfTheConfigSaysSo) {
  start(R"({"on_audit_failure": "count"})");
  fault("write=EIO");
  EXPECT_EQ(ask("mkdir ok/first && printf made"), "made");
  until_said("are only counted until it can be written");
  // What was performed is always accepted into the journal; denials are counted.
  EXPECT_EQ(ask("for i in 1 2 3 4 5; do mkdir ok/$i || break; mkdir no/$i; done; printf $i"), "5");
  fault("");
  const Ended ended = end();
  EXPECT_EQ(ended.status, 0) << ended.err;
  const Audit audit = log();
  expect_gapless(audit);
  EXPECT_EQ(entries(arena_.path("ok")).size(), 6u);
  EXPECT_GE(lost(audit), 5u);
}

TEST_F(Disk, AfterAFailedSyncAFileIsNeverWrittenAgain) {
  start(R"({"durability": "sync"})");
  EXPECT_EQ(ask("mkdir ok/first && printf made"), "made");
  fault("fsync=EIO");
  ask("mkdir ok/doubtful");
  const std::string first = arena_.path("disk/audit.jsonl");
  struct stat before {
  }, after{};
  ASSERT_EQ(stat(first.c_str(), &before), 0);
  fault("");
  EXPECT_EQ(ask("until mkdir ok/again$((i+=1)); do :; done; printf made"), "made");
  const Ended ended = end();
  EXPECT_EQ(ended.status, 0) << ended.err;
  ASSERT_EQ(stat(arena_.path("disk/audit-000000000001.jsonl").c_str(), &after), 0);
  EXPECT_EQ(before.st_size, after.st_size);
  EXPECT_EQ(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
  const Audit audit = log();
  expect_gapless(audit);
  EXPECT_GE(lost(audit), 1u);
  // What could not be made durable was denied, although its record says otherwise: another record corrects it.
  EXPECT_TRUE(std::any_of(audit.begin(), audit.end(), [](const auto& record) {
    return record["type"] == "amend" && record["out"] == "denied";
  }));
}

TEST_F(Disk, ALossOfPowerLosesNothingThatWasSynced) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string policy = arena_.write("p.json", R"({"supervise": {"rules": [
    {"id": "never", "syscalls": ["mkdir"], "action": "deny", "errno": "EXFULL"}], "default": {"action": "allow"}}})");
  const std::string config = arena_.write("c.json", R"({"audit": {"durability": "sync"}})");
  for (int round = 0; round < 10; ++round) {
    const std::string name = std::to_string(round);
    auto [first_answer, other_end] = new_pipe();
    Started front =
        arena_.start({program("scsup"), "--policy", policy, "--config", config, "--audit",
                      arena_.path("disk/" + name + ".jsonl"), "--quiet", "--", attack("count_answers"),
                      arena_.path("count" + name), arena_.path("no/"), std::to_string(1 + random() % 30)},
                     [&other_end = other_end] { dup2(other_end.get(), 1); });
    other_end.reset();
    char byte;
    ASSERT_EQ(read(first_answer.get(), &byte, 1), 1) << front.err();
    pass_some_time(random);
    // The disk as it is at this instant; all calls answered before are on it.
    const std::uint64_t answered = counted(arena_.path("count" + name));
    kill(file_system_->pid(), SIGSTOP);
    const std::string log = contents_of(arena_.path("backing/synced/" + name + ".jsonl"));
    kill(file_system_->pid(), SIGCONT);
    for (std::uint64_t i = 0; i < answered; ++i)
      EXPECT_NE(log.find("\"path\":\"" + arena_.path("no/" + std::to_string(i)) + "\""), std::string::npos)
          << i;
    kill(front.pid(), SIGTERM);
    front.wait();
  }
}

TEST(Directory, ThatIsGoneDeniesUntilItIsBack) {
  Arena arena;
  fs::create_directory(arena.path("log"));
  auto [denied, says] = new_pipe();
  Started scsup = arena.start({program("scsup"), "--policy", arena.policy(), "--audit",
                               arena.path("log/audit.jsonl"), "--quiet", "--", "/bin/sh", "-c",
                               "mkdir ok/1; mv log gone; while mkdir ok/$((i+=1))x; do :; done; echo denied; "
                               "until mkdir ok/back$((i+=1)); do :; done"},
                              [&says = says] { dup2(says.get(), 1); });
  says.reset();
  char byte;
  ASSERT_EQ(read(denied.get(), &byte, 1), 1);
  fs::rename(arena.path("gone"), arena.path("log"));
  EXPECT_EQ(scsup.wait(), 0) << scsup.err();
  EXPECT_NE(scsup.err().find("cannot write the audit log"), std::string::npos) << scsup.err();
  std::int64_t seq = 0;
  std::uint64_t gaps = 0;
  std::istringstream lines(contents_of(arena.path("log/audit.jsonl")));
  for (std::string line; std::getline(lines, line);) {
    const auto record = nlohmann::json::parse(line);
    if (record["type"] == "seal") continue;
    EXPECT_EQ(record["seq"], ++seq);
    gaps += record["type"] == "gap";
  }
  EXPECT_GE(gaps, 1u);
}

}  // namespace
}  // namespace scsup::hostile

// The messages on a deputy's line, and what a deputy may ask for.
#include "supervisor/emulate/deputy_line.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/socket.h"
#include "supervisor/emulate/deputy_questions.h"
#include "supervisor/emulate/deputy_words.h"
#include "supervisor/target/procfs.h"

namespace scsup {
namespace {

std::pair<DeputyLine, DeputyLine> line() {
  auto pair = socket_pair();
  return {DeputyLine(std::move(pair->first)), DeputyLine(std::move(pair->second))};
}

Deadline now() { return std::chrono::steady_clock::now(); }

TEST(DeputyLine, WaitsNoLongerThanItsDeadline) {
  auto [here, there] = line();
  const auto nothing = here.receive(now() + std::chrono::milliseconds(20));
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().err, ETIMEDOUT);
}

TEST(DeputyLine, SaysThatTheOtherEndHasGone) {
  auto [here, there] = line();
  { const DeputyLine gone = std::move(there); }
  EXPECT_EQ(here.receive(now()).error().err, EPIPE);
  EXPECT_EQ(here.send(Packer(Word::drop)).error().err, EPIPE);
}

TEST(DeputyLine, WhatIsCutOffIsNotWhole) {
  const Packer packer = Packer(Word::open).text("name").number(7);
  for (std::size_t size = 1; size < packer.bytes().size(); ++size) {
    Parcel cut(std::string(packer.bytes().substr(0, size)), {});
    cut.text();
    cut.number();
    EXPECT_FALSE(cut.whole()) << size;
  }
  std::string lying(packer.bytes());
  lying[1] = lying[8] = '\xff';  // an absurd length
  Parcel parcel(lying, {});
  EXPECT_EQ(parcel.text(), "");
  EXPECT_FALSE(parcel.whole());
}

Task a_task() {
  Task task;
  task.start = 99;
  task.pids = {30, 4, 2};
  task.tgids = {30, 4, 1};
  return task;
}

Call a_call() {
  const auto nr = static_cast<std::uint32_t>(find_syscall("fchmodat2")->number(Abi::x86_64));
  Call call = call_of(Abi::x86_64, nr, {7, 0, 0640, AT_SYMLINK_NOFOLLOW});
  call.operand.path = std::string("a/\xff b");
  return call;
}

TEST(DeputyWords, CarryTheCallItsTaskAndItsStart) {
  auto [here, there] = line();
  const Task task = a_task();
  Start start;
  start.root = Root(Fd(open("/", O_PATH | O_CLOEXEC)), "/some/root");
  start.directory.reset(open("/tmp", O_PATH | O_CLOEXEC));
  start.name = "/tmp";
  start.is_object = true;
  ASSERT_TRUE(here.send(pack_resolve(a_call(), task, start), {{start.root.fd(), start.directory.get()}}));
  auto parcel = there.receive(now());
  ASSERT_TRUE(parcel);
  const auto errands = unpack_resolve(*parcel);
  ASSERT_TRUE(errands);
  EXPECT_EQ(errands->call.operand.path, a_call().operand.path);
  EXPECT_EQ(errands->call.flags, a_call().flags);
  EXPECT_EQ(errands->call.operand.dirfd, 7);
  EXPECT_FALSE(errands->call.operand.follows);
  EXPECT_EQ(errands->call.syscall, a_call().syscall);
  EXPECT_EQ(errands->task.start, task.start);
  EXPECT_EQ(errands->start.root.name(), start.root.name());
  EXPECT_EQ(errands->task.pids, task.pids);
  EXPECT_EQ(errands->task.tgids, task.tgids);
  EXPECT_EQ(errands->start.name, start.name);
  EXPECT_EQ(errands->start.is_object, start.is_object);
  EXPECT_EQ(*name_of(errands->start.directory), "/tmp");
  EXPECT_EQ(errands->start.root.in_its_words("/some/root/x"), "/x");
}

TEST(DeputyWords, AreRefusedWhenCutOffOrWithoutTheirDescriptors) {
  const Packer packer = pack_resolve(a_call(), a_task(), Start{});
  for (std::size_t size = 1; size <= packer.bytes().size(); ++size) {
    Parcel cut(std::string(packer.bytes().substr(0, size)), {});
    EXPECT_FALSE(unpack_resolve(cut)) << size;
  }
}

// A child that waits, as a task; it ends with the test.
class Questions : public testing::Test {
 protected:
  void SetUp() override {
    child_ = fork();
    if (child_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) pause();
    }
    auto seen = look_at(child_);
    ASSERT_TRUE(seen);
    task_ = *seen;
  }
  void TearDown() override {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  // errno of the answer; 0: a descriptor came too.
  int ask(const Packer& question, const std::string& directory) {
    auto [deputy, supervisor] = line();
    const Fd opened(open(directory.c_str(), O_PATH | O_CLOEXEC));
    EXPECT_TRUE(opened) << directory;
    EXPECT_TRUE(deputy.send(question, {{opened.get()}}));
    auto parcel = supervisor.receive(now());
    EXPECT_TRUE(answer_question(supervisor, *parcel, *task_));
    auto answer = deputy.receive(now());
    EXPECT_EQ(answer->word(), Word::given);
    const int err = static_cast<int>(answer->number());
    EXPECT_EQ(static_cast<bool>(answer->fd()), err == 0);
    return err;
  }
  int open_in(const std::string& directory, const char* name) {
    return ask(Packer(Word::open).text(name).number(0), directory);
  }
  int follow_in(const std::string& directory, const char* name) {
    return ask(Packer(Word::follow).text(name), directory);
  }

  pid_t child_ = 0;
  std::shared_ptr<const Task> task_;
};

TEST_F(Questions, GetWhatIsTheTasksOwn) {
  const std::string number = std::to_string(child_), own = "/proc/" + number;
  EXPECT_EQ(open_in("/proc", number.c_str()), 0);
  EXPECT_EQ(open_in(own, "fd"), 0);
  EXPECT_EQ(open_in(own + "/fd", "0"), 0);
  EXPECT_EQ(open_in(own + "/task", number.c_str()), 0);
  EXPECT_EQ(follow_in(own, "cwd"), 0);
  EXPECT_EQ(follow_in(own + "/task/" + number, "root"), 0);
  EXPECT_EQ(open_in(own, "absent"), ENOENT);
}

TEST_F(Questions, GetNothingElse) {
  const std::string ours = std::to_string(getpid()), own = "/proc/" + std::to_string(child_);
  EXPECT_EQ(open_in("/proc", ours.c_str()), EACCES);
  EXPECT_EQ(open_in("/proc", "1"), EACCES);
  EXPECT_EQ(open_in("/proc", "self"), EACCES);
  EXPECT_EQ(open_in("/proc/self", "fd"), EACCES);
  EXPECT_EQ(follow_in("/proc/self", "root"), EACCES);
  EXPECT_EQ(follow_in("/proc/self/fd", "0"), EACCES);
  EXPECT_EQ(open_in("/", "etc"), EACCES);
  EXPECT_EQ(open_in(own, ".."), EACCES);
  EXPECT_EQ(open_in(own, "cwd/etc"), EACCES);
  EXPECT_EQ(open_in(own, ""), EACCES);
  EXPECT_EQ(open_in("/sys", "kernel"), EACCES);
}

// From inside, owners that the namespace doesn't map look alike; here they don't.
TEST_F(Questions, OwnersAreComparedByOurNumbers) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to give files away";
  std::string name = testing::TempDir() + "deputy-XXXXXX";
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  ASSERT_EQ(chown(name.c_str(), 70001, 70001), 0);
  for (const auto& [owner, expected] : {std::pair{70001u, 1u}, {70002u, 0u}, {task_->identity.fsuid, 1u}}) {
    const std::string at = name + "/link";
    ASSERT_EQ(symlink("x", at.c_str()), 0);
    ASSERT_EQ(lchown(at.c_str(), owner, owner), 0);
    auto [deputy, supervisor] = line();
    const Fd directory(open(name.c_str(), O_PATH | O_CLOEXEC));
    const Fd link(open(at.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    ASSERT_TRUE(deputy.send(Packer(Word::is_owners), {{directory.get(), link.get()}}));
    auto parcel = supervisor.receive(now());
    ASSERT_TRUE(answer_question(supervisor, *parcel, *task_));
    auto answer = deputy.receive(now());
    EXPECT_EQ(answer->number(), 0u);
    EXPECT_EQ(answer->number(), expected) << owner;
    unlink(at.c_str());
  }
  std::filesystem::remove_all(name);
}

}  // namespace
}  // namespace scsup

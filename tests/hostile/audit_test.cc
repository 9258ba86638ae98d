// An audit log that can't be written, and names that imitate other parts of it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "tests/hostile/arena.h"

namespace scsup::hostile {
namespace {

constexpr const char* sentence = "cannot write the audit log";

std::size_t times(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

Ended run_with_audit(Arena& arena, const std::string& audit, const Words& command,
                     std::function<void()> prepare = {}) {
  Words argv = {program("scsup"), "--policy", arena.policy(), "--audit", audit, "--"};
  argv.insert(argv.end(), command.begin(), command.end());
  Started scsup = arena.start(argv, std::move(prepare));
  const int status = scsup.wait();
  return {status, scsup.out(), scsup.err()};
}

TEST(AuditUnderAttack, FullDeviceDeniesAndSaysSoOnce) {
  Arena arena;
  const Ended ended =
      run_with_audit(arena, "/dev/full", {"/bin/sh", "-c", "mkdir ok/a; mkdir ok/b; mkdir ok/c"});
  EXPECT_NE(ended.status, 0);
  EXPECT_TRUE(entries(arena.path("ok")).empty());
  EXPECT_EQ(times(ended.err, sentence), 1u) << ended.err;
}

TEST(AuditUnderAttack, FileSizeLimitDenies) {
  Arena arena;
  const Ended ended =
      run_with_audit(arena, arena.path("audit.jsonl"),
                     {"/bin/bash", "-c", "for i in {1..40}; do mkdir ok/$i || exit 1; done"}, [] {
                       const rlimit little{8192, 8192};
                       setrlimit(RLIMIT_FSIZE, &little);
                     });
  EXPECT_EQ(ended.status, 1) << ended.err;
  EXPECT_LT(entries(arena.path("ok")).size(), 40u);
  EXPECT_EQ(times(ended.err, sentence), 1u) << ended.err;
}

TEST(AuditUnderAttack, PipeWhoseReaderIsGoneDenies) {
  Arena arena;
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Fd write_end(ends[1]);
  close(ends[0]);
  const Ended ended =
      run_with_audit(arena, "-", {"/bin/mkdir", arena.path("ok/x")}, [&] { dup2(write_end.get(), 1); });
  EXPECT_NE(ended.status, 0);
  EXPECT_TRUE(entries(arena.path("ok")).empty());
  EXPECT_EQ(times(ended.err, sentence), 1u) << ended.err;
}

TEST(AuditUnderAttack, SymlinkIsRefused) {
  Arena arena;
  ASSERT_EQ(symlink(arena.path("victim").c_str(), arena.path("audit.jsonl").c_str()), 0);
  const Ended ended = arena.run({"/bin/true"});
  EXPECT_EQ(ended.status, 125);
  EXPECT_NE(ended.err.find("symbolic link"), std::string::npos) << ended.err;
  EXPECT_NE(access(arena.path("victim").c_str(), F_OK), 0);
}

TEST(AuditUnderAttack, FullDiskLeavesAGapRecordOnceThereIsRoom) {
  if (!is_root()) GTEST_SKIP() << "needs root, to mount a small tmpfs";
  if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    GTEST_SKIP() << "needs a mount namespace";
  Arena arena;
  const std::string disk = arena.path("disk");
  ASSERT_EQ(mkdir(disk.c_str(), 0755), 0);
  ASSERT_EQ(mount("hostile", disk.c_str(), "tmpfs", 0, "size=64k"), 0);
  const std::string script =
      "head -c 40000 /dev/zero > disk/filler;"
      "i=0; while mkdir ok/$((i++)); do :; done; mkdir ok/never; : > disk/filler; mkdir ok/again; mkdir "
      "ok/and-again";
  const Ended ended = run_with_audit(arena, disk + "/audit.jsonl", {"/bin/bash", "-c", script});
  std::string text;
  {
    Fd file(open((disk + "/audit.jsonl").c_str(), O_RDONLY | O_CLOEXEC));
    text.resize(65536);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, read(file.get(), text.data(), text.size()))));
  }
  umount2(disk.c_str(), MNT_DETACH);
  EXPECT_EQ(times(ended.err, sentence), 1u) << ended.err;
  const Words made = entries(arena.path("ok"));
  EXPECT_EQ(std::count(made.begin(), made.end(), "never"), 0);
  EXPECT_EQ(std::count(made.begin(), made.end(), "and-again"), 1);
  EXPECT_GE(times(text, "\"type\":\"gap\""), 1u)
      << text.substr(text.size() - std::min<std::size_t>(2000, text.size()));
  // At most the one torn line is not JSON.
  int broken = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (!nlohmann::json::accept(text.substr(at, end - at))) ++broken;
    at = end + 1;
  }
  EXPECT_LE(broken, 1);
}

TEST(AuditUnderAttack, NamesStayNames) {
  Arena arena;
  const Ended ended = arena.run_attack("names_for_terminals", {arena.root()});
  EXPECT_EQ(ended.status, 0) << ended.err;
  expect_sound(arena, ended);
  const Audit audit = arena.audit();
  EXPECT_EQ(count_calls(audit, "deny", "EACCES"), 9u);
  EXPECT_EQ(times(ended.err, "scsup: denied"), 9u) << ended.err;
  const auto raw = [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; };
  EXPECT_EQ(std::count_if(ended.err.begin(), ended.err.end(), raw), 0) << ended.err;
  EXPECT_EQ(ended.err.find("\xc2\x9b"), std::string::npos);
  EXPECT_EQ(ended.err.find("\xff"), std::string::npos);
  EXPECT_EQ(ended.err.find("\xed\xa0"), std::string::npos);
}

}  // namespace
}  // namespace scsup::hostile

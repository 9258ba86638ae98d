#include "base/say.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "base/fd.h"
#include "base/printable.h"

namespace scsup {
namespace {

TEST(Printable, LeavesTextInAnyLanguageAsItIs) {
  EXPECT_EQ(printable("gr\u00fc\u00df \u20ac \U0001f600 'a b'"), "gr\u00fc\u00df \u20ac \U0001f600 'a b'");
}

TEST(Printable, HidesWhatDrivesATerminalOrIsNoText) {
  EXPECT_EQ(printable("a\033[2J\n\x7f"), "a\\033[2J\\012\\177");
  EXPECT_EQ(printable("\u009b"
                      "1m \x9b \xc0\x80 \xed\xa0\x80 \xe2\x82"),
            "\\302\\2331m \\233 \\300\\200 \\355\\240\\200 \\342\\202");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\000");
  EXPECT_EQ(printable("a\u202eb"), "a\\342\\200\\256b");  // turns the following text right to left
}

TEST(Printable, EscapesABackslashSoThatTheBytesCanBeToldUnlessItIsTextAlready) {
  EXPECT_EQ(printable("\\033"), "\\134033");
  EXPECT_EQ(printable("\\033\033", Backslash::kept), "\\033\\033");
}

TEST(Say, AMessageIsOneLineWhateverIsInIt) {
  EXPECT_EQ(line_for(Severity::warning, "no file 'a\nscsup: all is well'", false),
            "no file 'a\\012scsup: all is well'\n");
}

TEST(Say, ForTheJournalALineBeginsWithItsPriority) {
  EXPECT_EQ(line_for(Severity::error, "x", true), "<3>x\n");
  EXPECT_EQ(line_for(Severity::info, "x", true), "<6>x\n");
}

TEST(Say, TheJournalIsTheStreamWhoseDeviceAndInodeAreInTheEnvironment) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const Fd reader(ends[0]), writer(ends[1]);
  struct stat status {};
  ASSERT_EQ(fstat(writer.get(), &status), 0);
  const std::string here = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  EXPECT_TRUE(is_journal(writer.get(), here.c_str()));
  for (const std::string& other : {here + "1", here + " ", std::to_string(status.st_ino), std::string(),
                                   ":" + here, std::to_string(status.st_dev) + ":"})
    EXPECT_FALSE(is_journal(writer.get(), other.c_str())) << other;
  EXPECT_FALSE(is_journal(writer.get(), nullptr));
  EXPECT_FALSE(is_journal(-1, here.c_str()));
}

// In a process of its own, because say() checks only once whether standard error is the journal.
std::string said(void (*speak)(), bool journal) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Fd reader(ends[0]), writer(ends[1]);
  const pid_t child = fork();
  if (child == 0) {
    dup2(writer.get(), STDERR_FILENO);
    struct stat status {};
    fstat(STDERR_FILENO, &status);
    const std::string here = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
    setenv("JOURNAL_STREAM", journal ? here.c_str() : "1:1", 1);
    speak();
    _exit(0);
  }
  writer.reset();
  std::string all;
  char chunk[512];
  for (ssize_t got; (got = read(reader.get(), chunk, sizeof chunk)) > 0;) all.append(chunk, got);
  return all;
}

TEST(Say, TellsTheJournalFromATerminal) {
  const auto speak = [] { say(Severity::notice, "serving 'web' at '/run/s'"); };
  EXPECT_EQ(said(speak, false), "scsup: serving 'web' at '/run/s'\n");
  EXPECT_EQ(said(speak, true), "<5>scsup: serving 'web' at '/run/s'\n");
}

TEST(Say, APlaceComesWithoutTheProgramsName) {
  const auto speak = [] { say_line(Severity::error, "p.json:6:7: error: unknown key 'x'"); };
  EXPECT_EQ(said(speak, false), "p.json:6:7: error: unknown key 'x'\n");
}

TEST(Say, AClosedStandardErrorIsNobodysTrouble) {
  const auto speak = [] {
    close(STDERR_FILENO);
    errno = ENOTTY;
    say(Severity::error, "lost");
    if (errno == ENOTTY) _exit(7);
  };
  const pid_t child = fork();
  if (child == 0) {
    speak();
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7) << status;
}

}  // namespace
}  // namespace scsup

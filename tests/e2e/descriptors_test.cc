// Descriptors belong to the command: it finds the same ones as natively, and no other process holds them.
#include <fcntl.h>
#include <unistd.h>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class Descriptors : public ScsupTest {
 protected:
  // The descriptors that `surroundings` reports, natively and under scsup.
  void expect_the_same(const std::function<void()>& prepare) {
    const auto fds_of = [&](Start start) {
      start.prepare = prepare;
      const Finished done = run(start);
      std::string fds;
      // If the test has closed standard output, the program prints into a file.
      for (const std::string& line : lines_of(done.out.empty() ? read_file(at("fds")) : done.out))
        if (line.starts_with("fd ")) fds += line + "\n";
      return fds;
    };
    const Words probe = {"sh", "-c", "\"$0\" >fds.new; mv fds.new fds", own_program("surroundings")};
    const std::string native = fds_of(plain(probe));
    EXPECT_FALSE(native.empty());
    write_file(at("fds"), "");
    EXPECT_EQ(fds_of(under(policy_, probe)), native);
  }
  const std::string policy_ = shipped_policy("no-mkdir.json");
};

TEST_F(Descriptors, AreThoseThatANativeCommandFinds) {
  expect_the_same({});
  expect_the_same([] { dup2(0, 7), dup2(1, 100), dup2(2, 999); });
  expect_the_same([] {
    for (int fd = 3; fd < 64; ++fd) dup2(0, fd);
  });
}

TEST_F(Descriptors, ThatAreClosedStayClosed) {
  expect_the_same([] { close(0); });
  expect_the_same([] { close(2); });
  expect_the_same([] { close(0), close(2); });
}

TEST_F(Descriptors, StandardOutputStaysClosed) {
  Start start = under(policy_, {"sh", "-c", "[ -e /proc/self/fd/1 ] && echo open >&2 || echo closed >&2"});
  start.prepare = [] { close(1); };
  EXPECT_EQ(run(start).err, "closed\n");
}

TEST_F(Descriptors, CarryDataBothWays) {
  Start start = under(policy_, {"bash", "-c", "cat; cat <&7; echo err >&2; echo more >&100"});
  start.input = "from stdin\n";
  write_file(at("seven"), "from 7\n");
  const std::string seven = at("seven");
  start.prepare = [&] {
    dup2(open(seven.c_str(), O_RDONLY), 7);
    dup2(1, 100);
  };
  const Finished done = run(start);
  EXPECT_EQ(done.out, "from stdin\nfrom 7\nmore\n");
  EXPECT_EQ(done.err, "err\n");
}

TEST_F(Descriptors, OfThePipeAreHeldByNobodyElse) {
  // `cat` ends when the command has closed its end, while the command goes on until the reader has told it to end.
  const Start inner =
      under(policy_, {"sh", "-c", "echo text; exec >&-; read line <gate; [ \"$line\" = eof ]"});
  Start start = plain({"sh", "-c", "mkfifo gate; (exec \"$@\") | { cat; echo eof >gate; }; echo done", "-"});
  start.argv.insert(start.argv.end(), inner.argv.begin(), inner.argv.end());
  EXPECT_EQ(run(start).out, "text\ndone\n");
}

TEST_F(Descriptors, AReaderThatLeavesKillsTheWriter) {
  const Start inner = under(policy_, {"yes"});
  Start start = plain({"bash", "-c", "\"$@\" | head -n 1; echo ${PIPESTATUS[0]}", "-"});
  start.argv.insert(start.argv.end(), inner.argv.begin(), inner.argv.end());
  EXPECT_EQ(run(start).out, "y\n141\n");
}

}  // namespace
}  // namespace scsup::e2e

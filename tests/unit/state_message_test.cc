// A runtime's message in every valid form, and in invalid ones.
#include "supervisor/oci/state_message.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>

namespace scsup::oci {
namespace {

using Progress = StateMessage::Progress;

Fd some_descriptor() { return Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

Chunk chunk(std::string_view bytes, int descriptors = 0) {
  Chunk result;
  result.bytes = bytes;
  while (descriptors-- > 0) result.fds.push_back(some_descriptor());
  return result;
}

int open_descriptors() {
  int count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory)) ++count;
  ::closedir(directory);
  return count;
}

// What runc 1.1 sends, shortened; the brackets and the quote in a string are not structure.
const std::string whole =
    R"({"ociVersion":"1.0.2-dev","fds":["seccompFd"],"pid":4711,"metadata":"policy=web;sha=00ff",)"
    R"("state":{"ociVersion":"1.0.2-dev","id":"c1","status":"creating","pid":4711,"bundle":"/b",)"
    R"("annotations":{"odd":"}]\"{\\","io.kubernetes.pod.name":"p"}}})";

void expect_whole(StateMessage& message) {
  ASSERT_EQ(message.progress(), Progress::complete) << message.mistake();
  EXPECT_EQ(message.state().id, "c1");
  EXPECT_EQ(message.state().status, "creating");
  EXPECT_EQ(message.state().bundle, "/b");
  EXPECT_EQ(message.state().pid, 4711);
  EXPECT_EQ(message.state().metadata.at("policy"), "web");
  EXPECT_EQ(message.state().annotations.at("odd"), "}]\"{\\");
  EXPECT_EQ(message.state().names.pod, "p");
  EXPECT_EQ(message.take_descriptors().size(), 1u);
}

// The mistake reported for a message that comes whole, with one descriptor.
std::string mistake_in(std::string_view text, int descriptors = 1) {
  StateMessage message;
  EXPECT_EQ(message.feed(chunk(text, descriptors)), Progress::broken) << text.substr(0, 100);
  const std::string start = "the runtime's message is broken: ";
  EXPECT_TRUE(message.mistake().starts_with(start)) << message.mistake();
  return message.mistake().substr(std::min(start.size(), message.mistake().size()));
}

std::string with_state(const std::string& members) {
  return R"({"fds":["seccompFd"],"state":{)" + members + "}}";
}
std::string with_id(const std::string& members) {
  return R"({"fds":["seccompFd"],"state":{"id":"c1"},)" + members + "}";
}

TEST(StateMessage, IsCompleteAtItsLastByteAndNotBefore) {
  StateMessage message;
  EXPECT_EQ(message.feed(chunk(whole, 1)), Progress::complete);
  expect_whole(message);
}

TEST(StateMessage, ComesInTwoPiecesSplitAnywhere) {
  for (std::size_t at = 1; at < whole.size(); ++at) {
    StateMessage message;
    ASSERT_EQ(message.feed(chunk(whole.substr(0, at), 1)), Progress::more) << at;
    ASSERT_EQ(message.feed(chunk(whole.substr(at))), Progress::complete) << at << message.mistake();
    expect_whole(message);
  }
}

TEST(StateMessage, ComesByteByByte) {
  StateMessage message;
  for (std::size_t at = 0; at < whole.size(); ++at)
    ASSERT_EQ(message.feed(chunk(whole.substr(at, 1), at == 0)),
              at + 1 < whole.size() ? Progress::more : Progress::complete)
        << at;
  expect_whole(message);
}

TEST(StateMessage, ThatEndsBeforeItsEndIsBrokenWhereverItEnds) {
  for (std::size_t at = 1; at < whole.size(); ++at) {
    StateMessage message;
    (void)message.feed(chunk(whole.substr(0, at), 1));
    ASSERT_EQ(message.feed({}), Progress::broken) << at;
    EXPECT_NE(message.mistake().find("ends after " + std::to_string(at) + " bytes"), std::string::npos);
  }
  StateMessage nothing;
  EXPECT_EQ(nothing.feed({}), Progress::broken);
  EXPECT_NE(nothing.mistake().find("before anything came"), std::string::npos);
}

TEST(StateMessage, NeedsNoEndOfTheConnectionAndToleratesIt) {
  StateMessage message;
  EXPECT_EQ(message.feed(chunk(whole, 1)), Progress::complete);
  EXPECT_EQ(message.feed(chunk(" \r\n\t")), Progress::complete);
  EXPECT_EQ(message.feed({}), Progress::complete);
  expect_whole(message);
}

TEST(StateMessage, IsBrokenByAnythingBehindIt) {
  EXPECT_EQ(mistake_in(whole + "x"), "something follows behind its end");
  EXPECT_EQ(mistake_in(whole + "\n" + whole), "something follows behind its end");
  StateMessage later;
  EXPECT_EQ(later.feed(chunk(whole, 1)), Progress::complete);
  EXPECT_EQ(later.feed(chunk("}")), Progress::broken);
  StateMessage descriptor;
  EXPECT_EQ(descriptor.feed(chunk(whole, 1)), Progress::complete);
  EXPECT_EQ(descriptor.feed(chunk("\n", 1)), Progress::broken);
}

TEST(StateMessage, NeedsExactlyOneDescriptorWithItsFirstBytes) {
  EXPECT_EQ(mistake_in(whole, 0), "no descriptor came with its first bytes");
  EXPECT_EQ(mistake_in("{", 0), "no descriptor came with its first bytes");
  EXPECT_EQ(mistake_in(whole, 5), "5 descriptors came with it instead of one");
  StateMessage second;
  EXPECT_EQ(second.feed(chunk("{", 1)), Progress::more);
  EXPECT_EQ(second.feed(chunk("\"", 1)), Progress::broken);
  EXPECT_NE(second.mistake().find("another descriptor came with its later bytes"), std::string::npos);
  StateMessage flood;
  Chunk lost = chunk(whole, 1);
  lost.fds_lost = true;
  EXPECT_EQ(flood.feed(std::move(lost)), Progress::broken);
}

TEST(StateMessage, GivesTheDescriptorsOfABrokenOneToWhoeverDeniesForThem) {
  const int before = open_descriptors();
  {
    StateMessage message;
    EXPECT_EQ(message.feed(chunk("nonsense", 5)), Progress::broken);
    EXPECT_EQ(message.take_descriptors().size(), 5u);
    StateMessage closed;
    EXPECT_EQ(closed.feed(chunk("nonsense", 5)), Progress::broken);
    EXPECT_EQ(closed.feed(chunk("more", 5)), Progress::broken);
    EXPECT_EQ(closed.take_descriptors().size(), 5u);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(StateMessage, CarriesThreeHundredKilobytesOfAnnotationsInPieces) {
  const std::string annotation(300'000, 'a');
  const std::string text = with_state(R"("id":"c1","annotations":{"k":")" + annotation +
                                      R"(","io.kubernetes.pod.name":")" + annotation + R"("})");
  StateMessage message;
  Progress progress = Progress::more;
  for (std::size_t at = 0; at < text.size(); at += 36'544) {
    ASSERT_EQ(progress, Progress::more);
    progress = message.feed(chunk(text.substr(at, 36'544), at == 0));
  }
  ASSERT_EQ(progress, Progress::complete) << message.mistake();
  EXPECT_EQ(message.state().annotations.at("k"), annotation);
  EXPECT_EQ(message.state().names.pod, "") << "a name of this length would be in each record";
}

TEST(StateMessage, HasALimitWhetherOrNotItsObjectEnds) {
  const std::string start = R"({"x":")";
  std::string text = start + std::string(StateMessage::size_limit - start.size(), 'x');
  StateMessage message;
  ASSERT_EQ(message.feed(chunk(text, 1)), Progress::more);
  EXPECT_EQ(message.feed(chunk("\"")), Progress::broken);
  EXPECT_NE(message.mistake().find("more than 1048576 bytes"), std::string::npos) << message.mistake();
}

// A megabyte byte by byte is a million steps of a few nanoseconds. Looking at everything again with each byte would
// be half a trillion, and this test would exceed its time limit.
TEST(StateMessage, AMegabyteByteByByteIsLookedAtOnce) {
  const std::string start = R"({"fds":["seccompFd"],"state":{"id":"c1"},"x":")";
  const std::string text = start + std::string(StateMessage::size_limit - start.size() - 2, 'x') + "\"}";
  StateMessage message;
  for (std::size_t at = 0; at + 1 < text.size(); ++at)
    ASSERT_EQ(message.feed(chunk({&text[at], 1}, at == 0)), Progress::more);
  EXPECT_EQ(message.feed(chunk("}")), Progress::complete) << message.mistake();
}

TEST(StateMessage, IsNotNestedWithoutEnd) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"\":[";
  EXPECT_EQ(mistake_in(deep), "it is nested deeper than 32 levels");
  const std::string good = with_id(R"("x":)" + std::string(31, '[') + std::string(31, ']'));
  StateMessage message;
  EXPECT_EQ(message.feed(chunk(good, 1)), Progress::complete) << message.mistake();
  EXPECT_EQ(mistake_in(with_id(R"("x":)" + std::string(32, '[') + std::string(32, ']'))),
            "it is nested deeper than 32 levels");
}

TEST(StateMessage, NonsenseIsBrokenAtOnce) {
  for (const char* text : {"GET / HTTP/1.1\r\n", "[{}]", "\"{}\"", "null", "}", "]", "\x01", "SCSP"})
    EXPECT_EQ(mistake_in(text), "it is no JSON object") << text;
  EXPECT_EQ(mistake_in("{]"), "it is no JSON object: a bracket is closed by one of another kind");
  EXPECT_EQ(mistake_in(R"({"a":[})"), "it is no JSON object: a bracket is closed by one of another kind");
  EXPECT_EQ(mistake_in("{\"a\"}"), "it is no JSON object");
  EXPECT_EQ(mistake_in("{\"\xff\":1}"), "it is no JSON object");
  EXPECT_EQ(mistake_in("{{}}"), "it is no JSON object");
}

TEST(StateMessage, NamesTheMemberThatIsWrong) {
  EXPECT_EQ(mistake_in("{}"), "it has no list \"fds\"");
  EXPECT_EQ(mistake_in(R"({"fds":"seccompFd"})"), "it has no list \"fds\"");
  for (const char* fds : {"[]", R"(["other"])", R"(["seccompFd","seccompFd"])", "[1]"})
    EXPECT_EQ(mistake_in(R"({"state":{"id":"c"},"fds":)" + std::string(fds) + "}"),
              "its \"fds\" is not [\"seccompFd\"], the one descriptor that belongs to it");
  EXPECT_EQ(mistake_in(R"({"fds":["seccompFd"]})"), "it has no object \"state\"");
  EXPECT_EQ(mistake_in(R"({"fds":["seccompFd"],"state":"c1"})"), "it has no object \"state\"");
  EXPECT_EQ(mistake_in(with_state("")), "its \"state\" has no \"id\"");
  EXPECT_EQ(mistake_in(with_state(R"("id":"")")), "its \"state\" has no \"id\"");
  EXPECT_EQ(mistake_in(with_state(R"("id":7)")), "its \"id\" is no string");
  EXPECT_EQ(mistake_in(with_state(R"("id":")" + std::string(1025, 'x') + "\"")),
            "its \"id\" has more than 1024 bytes");
  EXPECT_EQ(mistake_in(with_state(R"("id":"c","bundle":[])")), "its \"bundle\" is no string");
  EXPECT_EQ(mistake_in(with_state(R"("id":"c","status":{})")), "its \"status\" is no string");
  EXPECT_EQ(mistake_in(with_state(R"("id":"c","annotations":[])")), "its \"annotations\" are no object");
  EXPECT_EQ(mistake_in(with_state(R"("id":"c","annotations":{"k":1})")),
            "one of its \"annotations\" is no string");
  EXPECT_EQ(mistake_in(with_id(R"("metadata":7)")), "its \"metadata\" is no string");
  for (const char* pid : {"-1", "2147483648", "18446744073709551616", "1.5", "\"1\"", "[]", "true"})
    EXPECT_EQ(mistake_in(with_id(R"("pid":)" + std::string(pid))), "its \"pid\" is no process number") << pid;
}

TEST(StateMessage, TakesWhatCrunSendsOnExec) {
  StateMessage message;
  EXPECT_EQ(
      message.feed(chunk(R"({"ociVersion":"1.0","fds":["seccompFd"],"pid":0,"state":{"ociVersion":"1.0",)"
                         R"("id":"c1","status":"running","pid":0,"bundle":"."}})",
                         1)),
      Progress::complete)
      << message.mistake();
  EXPECT_EQ(message.state().pid, 0);
  EXPECT_EQ(message.state().bundle, ".");
  EXPECT_TRUE(message.state().metadata.empty());
  EXPECT_TRUE(message.state().annotations.empty());
}

TEST(StateMessage, TakesNullForWhatIsAbsent) {
  StateMessage message;
  EXPECT_EQ(message.feed(chunk(R"({"fds":["seccompFd"],"pid":null,"metadata":null,)"
                               R"("state":{"id":"c1","status":null,"bundle":null,"annotations":null}})",
                               1)),
            Progress::complete)
      << message.mistake();
}

}  // namespace
}  // namespace scsup::oci

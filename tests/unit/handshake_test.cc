#include "base/handshake.h"

#include <gtest/gtest.h>

namespace scsup::handshake {
namespace {

Hello full_hello() { return {"web", "/bin/true", "/srv/app", "/home/a", 0x8000000000000201, "own.json"}; }

// "SCSP", version, type, then `fields`.
std::string packet(std::uint16_t version_number, std::uint16_t type, std::string_view fields = "") {
  std::string bytes = "SCSP";
  for (std::uint16_t n : {version_number, type}) {
    bytes += static_cast<char>(n & 0xff);
    bytes += static_cast<char>(n >> 8);
  }
  return bytes.append(fields);
}

std::string problem(std::string_view bytes) {
  const auto message = decode(bytes);
  return message ? "accepted" : message.error().text();
}

TEST(Handshake, HelloSurvivesTheWire) {
  const auto message = decode(encode(full_hello()));
  ASSERT_TRUE(message) << message.error().text();
  const auto& hello = std::get<Hello>(*message);
  EXPECT_EQ(hello.policy, "web");
  EXPECT_EQ(hello.command, "/bin/true");
  EXPECT_EQ(hello.directory, "/srv/app");
  EXPECT_EQ(hello.home, "/home/a");
  EXPECT_EQ(hello.caps, 0x8000000000000201);
  EXPECT_EQ(hello.policy_file, "own.json");
}

TEST(Handshake, EveryOtherMessageSurvivesTheWire) {
  const auto program = std::get<Program>(*decode(encode(Program{true, 0x28})));
  EXPECT_TRUE(program.exec_waits);
  EXPECT_EQ(program.flags, 0x28u);
  EXPECT_EQ(std::get<Listener>(*decode(encode(Listener{0x01020304}))).tid, 0x01020304u);
  EXPECT_TRUE(std::holds_alternative<Go>(*decode(encode(Go{}))));
  EXPECT_EQ(std::get<ExecFailed>(*decode(encode(ExecFailed{13}))).err, 13u);
  EXPECT_EQ(std::get<Reason>(*decode(encode(Reason{"because"}))).text, "because");
  EXPECT_EQ(std::get<Refused>(*decode(encode(Refused{""}))).text, "");
}

TEST(Handshake, TheLayoutOnTheWireIsFixed) {
  EXPECT_EQ(encode(Listener{0x01020304}), packet(1, 3, "\x04\x03\x02\x01"));
  EXPECT_EQ(encode(Reason{"ab"}), packet(1, 6, std::string_view("\x02\0\0\0ab", 6)));
}

TEST(Handshake, EveryPrefixOfAMessageIsRejected) {
  const std::string whole = encode(full_hello());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode(std::string_view(whole).substr(0, size))) << size;
}

TEST(Handshake, SaysWhatIsWrongWithTheBytes) {
  EXPECT_EQ(problem("GET / HTTP/1.1"), "the other end doesn't speak scsup's handshake");
  EXPECT_EQ(
      problem(packet(7, 1)),
      "the other end speaks version 7 of the handshake, this is version 1; use scsup and scsup-agent of one "
      "release");
  EXPECT_EQ(problem("SCSP\x01"), "a handshake message is broken: it ends within its version");
  EXPECT_EQ(problem(packet(1, 0)), "a handshake message has the unknown type 0");
  EXPECT_EQ(problem(packet(1, 8)), "a handshake message has the unknown type 8");
  EXPECT_EQ(problem(packet(1, 3, "ab")), "a handshake message Listener is broken: it ends within its tid");
  EXPECT_EQ(problem(encode(Go{}) + "x"), "a handshake message Go is broken: 1 bytes follow its last field");
  EXPECT_EQ(problem(packet(1, 6, std::string_view("\x03\0\0\0a\0b", 7))),
            "a handshake message Reason is broken: its text contains a NUL byte");
}

TEST(Handshake, AStringMayBeAsLongAsTheLimitAndNoLonger) {
  Hello hello;
  hello.directory.assign(string_limit, 'd');
  EXPECT_TRUE(decode(encode(hello)));
  hello.directory += 'd';
  EXPECT_EQ(problem(encode(hello)),
            "a handshake message Hello is broken: its directory of 4097 bytes is longer than 4096");
}

TEST(Handshake, ALengthNearTheEndOfTheNumbersIsNoWayOutOfThePacket) {
  EXPECT_FALSE(decode(packet(1, 6,
                             std::string_view("\xff\xff\xff\xff"
                                              "abc",
                                              7))));
}

TEST(Handshake, ProseIsMadeToFit) {
  const auto message = decode(encode(Refused{std::string(9000, 'x') + '\0'}));
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<Refused>(*message).text, std::string(string_limit, 'x'));
  EXPECT_EQ(std::get<Reason>(*decode(encode(Reason{std::string("a\0b", 3)}))).text, "a b");
}

}  // namespace
}  // namespace scsup::handshake

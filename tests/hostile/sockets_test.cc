// Agents that lie, send garbage, are silent or leave: the supervisor goes on for the others.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/handshake.h"
#include "base/socket.h"
#include "tests/hostile/arena.h"

namespace scsup::hostile {
namespace {

const handshake::Hello hello{"", "hostile", "/", "/", 0, ""};

class Sockets : public testing::Test {
 protected:
  Fd connect() {
    auto socket = connect_unix(arena_.socket());
    EXPECT_TRUE(socket) << socket.error().text();
    return socket ? std::move(*socket) : Fd();
  }
  // The supervisor's next message; "closed" if it has hung up.
  static std::string hear(const Fd& socket) {
    auto packet = receive_packet(socket);
    if (!packet || packet->bytes.empty()) return "closed";
    auto message = handshake::decode(packet->bytes);
    if (!message) return "broken";
    if (const auto* refused = std::get_if<handshake::Refused>(&*message)) return refused->text;
    return std::holds_alternative<handshake::Program>(*message) ? "program" : "other";
  }
  // An honest agent is served as usual.
  void expect_service() {
    Started agent = arena_.start({program("scsup-agent"), "--socket", arena_.socket(), "--", "/bin/mkdir",
                                  arena_.path("ok/x"), arena_.path("no/x")});
    EXPECT_EQ(agent.wait(), 1);
    EXPECT_EQ(entries(arena_.path("ok")), Words{"x"});
    EXPECT_TRUE(entries(arena_.path("no")).empty());
    EXPECT_EQ(rmdir(arena_.path("ok/x").c_str()), 0);
  }
  void finish() {
    kill(serve_.pid(), SIGTERM);
    EXPECT_EQ(serve_.wait(), 0);
    EXPECT_EQ(serve_.err().find("scsup: bug:"), std::string::npos);
    EXPECT_LT(serve_.err().size(), 200000u) << serve_.err().substr(0, 2000);
    expect_sound(arena_.audit());
  }

  Arena arena_;
  Started serve_ = arena_.start_serve(arena_.policy());
};

TEST_F(Sockets, Garbage) {
  std::string wrong_version = handshake::encode(hello);
  wrong_version[4] = 9;
  for (const std::string& bytes :
       {std::string("garbage"), std::string(60000, 'x'), std::string("SCSP"), wrong_version,
        handshake::encode(handshake::Go{}), handshake::encode(handshake::Listener{1}),
        handshake::encode(handshake::ExecFailed{2}), std::string(1, '\0'),
        handshake::encode(hello).substr(0, 20)}) {
    Fd socket = connect();
    ASSERT_TRUE(send_packet(socket, bytes));
    EXPECT_NE(hear(socket), "program");
    EXPECT_EQ(hear(socket), "closed");
  }
  Fd large = connect();
  const int room = 1 << 20;
  setsockopt(large.get(), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  const std::string too_long(packet_limit + 1, 'x');
  if (send(large.get(), too_long.data(), too_long.size(), MSG_NOSIGNAL) > 0) {
    EXPECT_NE(hear(large), "program");
  }
  expect_service();
  finish();
}

TEST_F(Sockets, WhatIsNoListenerIsRefused) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Fd read_end(ends[0]), write_end(ends[1]);
  ASSERT_EQ(write(write_end.get(), "x", 1), 1);
  Fd event(eventfd(1, EFD_CLOEXEC)), null(open("/dev/null", O_RDWR | O_CLOEXEC)),
      self(open("/", O_PATH | O_CLOEXEC));
  for (const Fd* fd : {&read_end, &write_end, &event, &null, &self}) {
    Fd socket = connect();
    ASSERT_TRUE(send_packet(socket, handshake::encode(hello)));
    ASSERT_EQ(hear(socket), "program");
    ASSERT_TRUE(send_packet(socket, handshake::encode(handshake::Listener{1}), fd->get()));
    EXPECT_NE(hear(socket).find("listener"), std::string::npos);
    EXPECT_EQ(hear(socket), "closed");
  }
  expect_service();
  finish();
}

TEST_F(Sockets, WrongNumberOfDescriptors) {
  for (const int count : {0, 5, 16, 40}) {
    Fd socket = connect();
    ASSERT_TRUE(send_packet(socket, handshake::encode(hello)));
    ASSERT_EQ(hear(socket), "program");
    const std::string bytes = handshake::encode(handshake::Listener{1});
    std::vector<int> fds(static_cast<std::size_t>(count), STDERR_FILENO);
    std::string control(CMSG_SPACE(fds.size() * sizeof(int)), '\0');
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (count > 0) {
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      *header = {CMSG_LEN(fds.size() * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
      std::copy(fds.begin(), fds.end(), reinterpret_cast<int*>(CMSG_DATA(header)));
    }
    ASSERT_GT(sendmsg(socket.get(), &message, MSG_NOSIGNAL), 0);
    EXPECT_NE(hear(socket), "other");
  }
  expect_service();
  finish();
}

TEST_F(Sockets, ComingAndGoingAtEachStepLeavesNothingBehind) {
  expect_service();
  const long before = resident_kib(serve_.pid());
  for (int i = 0; i < 600; ++i) {
    Fd socket = connect();
    if (i % 3 == 0) continue;
    ASSERT_TRUE(send_packet(socket, handshake::encode(hello)));
    if (i % 3 == 1) continue;
    EXPECT_EQ(hear(socket), "program");
  }
  expect_service();
  EXPECT_LE(descriptor_slots(serve_.pid()), 512);
  const long grown = resident_kib(serve_.pid()) - before;
  EXPECT_LT(grown, std::getenv("SCSUP_SANITIZED") ? 1 << 20 : 32 << 10);  // a sanitizer keeps freed memory
  finish();
}

// More connections than the supervisor has descriptors for: it must keep some for the agents that it serves.
TEST_F(Sockets, HundredsThatNeverSpeak) {
  ASSERT_EQ(mkfifo(arena_.path("begun").c_str(), 0600), 0);
  rlimit few{256, 256};
  ASSERT_EQ(prlimit(serve_.pid(), RLIMIT_NOFILE, &few, nullptr), 0);
  Started running =
      arena_.start({program("scsup-agent"), "--socket", arena_.socket(), "--", "/bin/sh", "-c",
                    "echo > begun; exec \"$@\"", "-", attack("signal_storm"), arena_.root(), "restart"});
  Fd begun(open(arena_.path("begun").c_str(), O_RDONLY | O_CLOEXEC));
  char line[2];
  ASSERT_EQ(read(begun.get(), line, sizeof line), 1);
  std::vector<Fd> silent;
  for (int i = 0; i < 600; ++i) {
    if (auto connected = connect_unix(arena_.socket())) silent.push_back(std::move(*connected));
  }
  EXPECT_EQ(running.wait(), 0) << running.err();
  silent.clear();
  for (std::string heard; heard != "program";) {  // it notices one after the other that they have gone
    Fd socket = connect();
    (void)send_packet(socket, handshake::encode(hello));
    heard = hear(socket);
  }
  expect_service();
  finish();
}

}  // namespace
}  // namespace scsup::hostile

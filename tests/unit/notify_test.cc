#include "supervisor/service/notify.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <regex>
#include <thread>

#include "supervisor/loop/loop.h"
#include "supervisor/service/watchdog.h"

namespace scsup {
namespace {

// The service manager's end of the protocol.
class ServiceEnd : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/scsup-notify-XXXXXX";
    directory_ = ::mkdtemp(name);
    bind(directory_ + "/notify");
    ::setenv("NOTIFY_SOCKET", (directory_ + "/notify").c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("NOTIFY_SOCKET");
    std::filesystem::remove_all(directory_);
  }
  void bind(const std::string& name) {
    manager_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    ASSERT_EQ(::bind(manager_.get(), reinterpret_cast<sockaddr*>(&address),
                     offsetof(sockaddr_un, sun_path) + name.size()),
              0);
  }
  std::string heard(int milliseconds = 10000) {
    pollfd ready{manager_.get(), POLLIN, 0};
    if (::poll(&ready, 1, milliseconds) != 1) return "nothing";
    char text[4096];
    const ssize_t got = ::recv(manager_.get(), text, sizeof text, 0);
    return got < 0 ? "nothing" : std::string(text, static_cast<std::size_t>(got));
  }
  NotifySocket socket() {
    auto made = NotifySocket::from_environment();
    EXPECT_TRUE(made) << made.error().text();
    return std::move(*made);
  }

  std::string directory_;
  Fd manager_;
};

TEST_F(ServiceEnd, HearsEachState) {
  const NotifySocket notify = socket();
  notify.ready("serving 3 policies");
  EXPECT_EQ(heard(), "READY=1\nSTATUS=serving 3 policies\n");
  notify.status("2 sessions");
  EXPECT_EQ(heard(), "STATUS=2 sessions\n");
  notify.reloading();
  EXPECT_TRUE(std::regex_match(heard(), std::regex("RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]*\n")));
  notify.alive();
  EXPECT_EQ(heard(), "WATCHDOG=1\n");
  notify.stopping("waiting for 2 sessions");
  EXPECT_EQ(heard(), "STOPPING=1\nSTATUS=waiting for 2 sessions\n");
}

TEST_F(ServiceEnd, AStatusCannotSmuggleInAnotherAssignment) {
  socket().status("x\nMAINPID=1");
  EXPECT_EQ(heard(), "STATUS=x\\012MAINPID=1\n");
}

TEST_F(ServiceEnd, HearsOnlyUsAndNotWhomWeStart) {
  (void)socket();
  EXPECT_EQ(::getenv("NOTIFY_SOCKET"), nullptr);
}

TEST_F(ServiceEnd, MayHaveAnAbstractName) {
  const std::string name = "scsup-notify-" + std::to_string(::getpid());
  bind(std::string(1, '\0') + name);
  ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  socket().status("x");
  EXPECT_EQ(heard(), "STATUS=x\n");
}

TEST_F(ServiceEnd, ThatDoesNotReadHoldsUpNoHeartbeat) {
  const NotifySocket notify = socket();
  for (int i = 0; i < 100000; ++i) notify.alive();  // would wait a second each
  EXPECT_EQ(heard(), "WATCHDOG=1\n");
}

TEST_F(ServiceEnd, ThatHasGoneIsNobodysTrouble) {
  const NotifySocket notify = socket();
  manager_.reset();
  notify.ready("x");
}

TEST(Notify, WithoutAServiceManagerNothingIsSaid) {
  ::unsetenv("NOTIFY_SOCKET");
  const auto notify = NotifySocket::from_environment();
  ASSERT_TRUE(notify);
  EXPECT_FALSE(*notify);
  notify->ready("x");
}

TEST(Notify, AnAddressThatCannotBeIsAnError) {
  for (const std::string& name :
       {std::string("vsock:2:1"), "/" + std::string(200, 'x'), std::string("/nonexistent/s")}) {
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    const auto notify = NotifySocket::from_environment();
    ASSERT_FALSE(notify);
    EXPECT_NE(notify.error().text().find("$NOTIFY_SOCKET '" + name + "'"), std::string::npos);
  }
}

TEST(WatchdogInterval, IsTheEnvironmentsIfItIsMeantForUs) {
  const auto taken = [](const char* usec, const std::string& pid) {
    ::setenv("WATCHDOG_USEC", usec, 1);
    ::setenv("WATCHDOG_PID", pid.c_str(), 1);
    const auto interval = take_watchdog_interval();
    EXPECT_EQ(::getenv("WATCHDOG_USEC"), nullptr);
    return interval;
  };
  const std::string us = std::to_string(::getpid());
  EXPECT_EQ(taken("30000000", us), std::chrono::seconds(30));
  EXPECT_EQ(taken("30000000", ""), std::chrono::seconds(30));
  EXPECT_FALSE(taken("30000000", "1"));
  for (const char* broken : {"", "0", "-1", "1x", "99999999999999999999"})
    EXPECT_FALSE(taken(broken, us)) << broken;
}

// Two loops, the second of which is made to hang.
TEST_F(ServiceEnd, HearsThatWeAreAliveAsLongAsEachLoopGoesRound) {
  const NotifySocket notify = socket();
  auto sources = Watchdog::sources(notify, std::chrono::milliseconds(40), 2);
  ASSERT_TRUE(sources) << sources.error().text();
  Loop first([] {}), second([] {});
  first.add((*sources)[0]);
  second.add((*sources)[1]);
  std::thread one([&] { (void)first.run(); }), two([&] { (void)second.run(); });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(heard(), "WATCHDOG=1\n");
  second.stop();  // it no longer runs
  two.join();
  std::string last;
  for (int i = 0; i < 100 && last != "nothing"; ++i) last = heard(100);
  EXPECT_EQ(last, "nothing");
  first.stop();
  one.join();
}

TEST_F(ServiceEnd, HearsAtHalfOfTheIntervalFromOneLoop) {
  const NotifySocket notify = socket();
  auto sources = Watchdog::sources(notify, std::chrono::milliseconds(400));
  ASSERT_TRUE(sources) << sources.error().text();
  Loop loop([] {});
  loop.add((*sources)[0]);
  const auto begin = std::chrono::steady_clock::now();
  std::thread runner([&] { (void)loop.run(); });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(heard(), "WATCHDOG=1\n");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(550));
  loop.stop();
  runner.join();
}

}  // namespace
}  // namespace scsup

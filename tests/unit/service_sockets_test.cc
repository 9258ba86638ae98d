#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/socket.h"
#include "supervisor/service/sockets.h"

namespace scsup {
namespace {

namespace fs = std::filesystem;

class Sockets : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/scsup-sockets-XXXXXX";
    work_ = ::mkdtemp(name);
    places_.runtime = work_ + "/scsup";
    settings_ = default_config(places_, ::geteuid()).sockets;
  }
  void TearDown() override { fs::remove_all(work_); }
  Result<ServiceSockets> open(std::vector<PassedSocket> passed = {}) {
    return ServiceSockets::open(settings_, places_, std::move(passed));
  }
  mode_t mode(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? status.st_mode : 0;
  }
  Fd bound(int type, const std::string& name, bool listening) {
    Fd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, (work_ + "/" + name).c_str());
    EXPECT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listening ? ::listen(socket.get(), 1) : 0, 0);
    return socket;
  }
  bool connects(int type, const std::string& path) {
    const Fd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path.c_str());
    return ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  std::string work_;
  Places places_;
  SocketSettings settings_;
};

TEST_F(Sockets, AreThereForTheirOwnerOnlyInADirectoryThatIsMade) {
  const mode_t before = ::umask(0);
  const auto sockets = open();
  ::umask(before);
  ASSERT_TRUE(sockets) << sockets.error().text();
  EXPECT_EQ(mode(work_ + "/scsup"), S_IFDIR | (::geteuid() == 0 ? 0711u : 0700u));
  for (const char* name : {"agent", "oci", "control"})
    EXPECT_EQ(mode(work_ + "/scsup/" + name + ".sock"), S_IFSOCK | 0600u);
  EXPECT_TRUE(connects(SOCK_SEQPACKET, sockets->agent.path));
  EXPECT_TRUE(connects(SOCK_STREAM, sockets->oci.path));
  EXPECT_TRUE(connects(SOCK_STREAM, sockets->control.path));
}

TEST_F(Sockets, OfAGroupAreItsAndNobodyElses) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, who may give files to any group";
  settings_.control.group = 4711;
  const auto sockets = open();
  ASSERT_TRUE(sockets) << sockets.error().text();
  struct stat status {};
  ASSERT_EQ(::lstat(sockets->control.path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, S_IFSOCK | 0660u);
  EXPECT_EQ(status.st_gid, 4711u);
  EXPECT_EQ(mode(sockets->agent.path), S_IFSOCK | 0600u);
}

TEST_F(Sockets, ThatAreNotWantedAreNotOpened) {
  settings_.oci.path = "";
  const auto sockets = open();
  ASSERT_TRUE(sockets) << sockets.error().text();
  EXPECT_TRUE(sockets->agent.fd && sockets->control.fd && !sockets->oci.fd);
  EXPECT_FALSE(fs::exists(work_ + "/scsup/oci.sock"));
}

TEST_F(Sockets, ASecondServiceIsRefusedWithThePidOfTheFirst) {
  const auto first = open();
  ASSERT_TRUE(first) << first.error().text();
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().err, EADDRINUSE);
  EXPECT_EQ(second.error().what, "cannot listen at '" + settings_.agent.path + "': scsup serve (pid " +
                                     std::to_string(::getpid()) + ") does");
  EXPECT_TRUE(connects(SOCK_STREAM, first->control.path));
}

TEST_F(Sockets, OneSocketInCommonIsEnoughAndNothingIsLeftOfTheSecond) {
  const auto first = open();
  ASSERT_TRUE(first) << first.error().text();
  settings_.agent.path = work_ + "/scsup/other";
  ASSERT_FALSE(open());
  EXPECT_FALSE(fs::exists(settings_.agent.path));
  EXPECT_FALSE(fs::exists(settings_.agent.path + ".lock"));
}

TEST_F(Sockets, WhatAKilledServiceLeftIsReplaced) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto sockets = open();
    ::_exit(sockets ? 0 : 1);  // as with SIGKILL: nothing is removed
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  ASSERT_TRUE(fs::exists(settings_.agent.path) && fs::exists(settings_.agent.path + ".lock"));
  const auto again = open();
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_TRUE(connects(SOCK_STREAM, again->oci.path));
}

TEST_F(Sockets, WhatAKilledServiceStillHoldsIsWaitedFor) {
  fs::create_directory(work_ + "/scsup");
  Fd dying = bound(SOCK_SEQPACKET, "scsup/agent.sock", true);
  std::thread kernel([&] {  // takes the dead one's ring down after a client has connected
    pollfd connected{dying.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&connected, 1, 10000), 1);
    (void)accept_unix(dying, Blocking::no);  // the first connection only checks whether anybody is there
    ASSERT_EQ(::poll(&connected, 1, 10000), 1);
    dying.reset();
  });
  const auto sockets = open();
  kernel.join();
  ASSERT_TRUE(sockets) << sockets.error().text();
  EXPECT_TRUE(connects(SOCK_SEQPACKET, sockets->agent.path));
}

TEST_F(Sockets, AreRemovedAtTheEndWithTheirLocks) {
  auto sockets = open();
  ASSERT_TRUE(sockets) << sockets.error().text();
  sockets->remove();
  EXPECT_TRUE(fs::is_empty(work_ + "/scsup"));
}

TEST_F(Sockets, ThatAreNoLongerOursStayWhereTheyAre) {
  auto sockets = open();
  ASSERT_TRUE(sockets) << sockets.error().text();
  fs::remove(settings_.oci.path);
  const Fd other = bound(SOCK_STREAM, "scsup/oci.sock", true);
  sockets->remove();
  EXPECT_TRUE(connects(SOCK_STREAM, settings_.oci.path));
}

TEST_F(Sockets, WhatIsNoSocketIsNeverRemoved) {
  fs::create_directory(work_ + "/scsup");
  std::ofstream(settings_.control.path) << "precious";
  const auto sockets = open();
  ASSERT_FALSE(sockets);
  EXPECT_EQ(sockets.error().what,
            "cannot listen at '" + settings_.control.path + "': it exists and is not a socket");
  EXPECT_EQ(fs::file_size(settings_.control.path), 8u);
}

TEST_F(Sockets, AnotherProgramsSocketIsLeftToIt) {
  fs::create_directory(work_ + "/scsup");
  const Fd other = bound(SOCK_STREAM, "scsup/oci.sock", true);
  const auto sockets = open();
  ASSERT_FALSE(sockets);
  EXPECT_EQ(sockets.error().err, EADDRINUSE);
  EXPECT_TRUE(connects(SOCK_STREAM, settings_.oci.path));
}

TEST_F(Sockets, AFileThatOnlyHasALocksNameIsLeftAlone) {
  fs::create_directory(work_ + "/scsup");
  std::ofstream(settings_.agent.path + ".lock") << "my notes on locks";
  const auto sockets = open();
  ASSERT_FALSE(sockets);
  EXPECT_EQ(sockets.error().what,
            "cannot lock '" + settings_.agent.path +
                ".lock': it holds something else than a pid; is it another program's file?");
  EXPECT_EQ(fs::file_size(settings_.agent.path + ".lock"), 17u);
  fs::remove(settings_.agent.path + ".lock");
  ASSERT_EQ(::mkfifo((settings_.agent.path + ".lock").c_str(), 0600), 0);
  EXPECT_EQ(open().error().what, "cannot lock '" + settings_.agent.path + ".lock': it is no regular file");
  fs::remove(settings_.agent.path + ".lock");
  fs::create_symlink(work_ + "/target", settings_.agent.path + ".lock");
  EXPECT_EQ(open().error().err, ELOOP);
  EXPECT_FALSE(fs::exists(work_ + "/target"));
}

TEST_F(Sockets, ADirectoryOfOthersOrThroughALinkIsRefused) {
  fs::create_directory(work_ + "/real");
  fs::create_directory_symlink("real", work_ + "/scsup");
  EXPECT_EQ(open().error().err, ENOTDIR);
  EXPECT_TRUE(fs::is_empty(work_ + "/real"));
  fs::remove(work_ + "/scsup");
  fs::create_directory(work_ + "/scsup");
  ::chmod((work_ + "/scsup").c_str(), 0777);
  EXPECT_EQ(open().error().text(),
            "cannot use '" + work_ +
                "/scsup' for sockets: others may write to it; remove that permission (chmod go-w)");
  ::chmod((work_ + "/scsup").c_str(), 0755);
  if (::chown((work_ + "/scsup").c_str(), 4711, static_cast<gid_t>(-1)) != 0) return;  // not as root
  EXPECT_EQ(open().error().text(),
            "cannot use '" + work_ + "/scsup' for sockets: it belongs to another user (uid 4711)");
}

TEST_F(Sockets, APathElsewhereIsTheUsersBusiness) {
  settings_ = {};
  settings_.agent.path = work_ + "/here";
  ASSERT_EQ(::chmod(work_.c_str(), 0777), 0);
  const auto sockets = open();
  ASSERT_TRUE(sockets) << sockets.error().text();
  EXPECT_FALSE(fs::exists(work_ + "/scsup"));
}

// Runs in a child with descriptors from 20 on and an environment as a service manager makes them.
template <class Look>
void with_passed(const std::vector<int>& descriptors, const char* names, bool ours, Look look) {
  const pid_t child = ::fork();
  if (child == 0) {
    int next = 20;
    for (const int descriptor : descriptors) ::dup2(descriptor, next++);
    ::setenv("LISTEN_PID", std::to_string(ours ? ::getpid() : ::getppid()).c_str(), 1);
    ::setenv("LISTEN_FDS", std::to_string(descriptors.size()).c_str(), 1);
    if (names) ::setenv("LISTEN_FDNAMES", names, 1);
    look();
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(Sockets, ThatAServiceManagerOpenedAreTakenByTheirNames) {
  const Fd agent = bound(SOCK_SEQPACKET, "a", true), control = bound(SOCK_STREAM, "c", true);
  with_passed({control.get(), agent.get()}, "control:agent", true, [&] {
    settings_.oci.path = "";
    auto passed = take_passed_sockets(20);
    ASSERT_TRUE(passed) << passed.error().text();
    ASSERT_EQ(passed->size(), 2u);
    EXPECT_EQ(::getenv("LISTEN_FDS"), nullptr);
    EXPECT_TRUE(::fcntl(20, F_GETFD) & FD_CLOEXEC);
    EXPECT_TRUE(::fcntl(20, F_GETFL) & O_NONBLOCK);
    auto sockets = open(std::move(*passed));
    ASSERT_TRUE(sockets) << sockets.error().text();
    EXPECT_EQ(sockets->agent.fd.get(), 21);
    EXPECT_EQ(sockets->control.path, work_ + "/c");
    EXPECT_TRUE(sockets->agent.passed && sockets->control.passed && !sockets->oci.fd);
    EXPECT_TRUE(fs::exists(work_ + "/a.lock"));
    sockets->remove();
    EXPECT_FALSE(fs::exists(work_ + "/a.lock"));
  });
  EXPECT_TRUE(fs::exists(work_ + "/a"));  // the manager still listens
  EXPECT_FALSE(fs::exists(work_ + "/scsup"));
}

TEST_F(Sockets, OfOneUnitAreTakenByTheirPaths) {
  fs::create_directory(work_ + "/scsup");
  const Fd agent = bound(SOCK_SEQPACKET, "scsup/agent.sock", true),
           oci = bound(SOCK_STREAM, "elsewhere-oci", true),
           control = bound(SOCK_STREAM, "control.sock", true);
  settings_.oci.path = work_ + "/elsewhere-oci";
  with_passed({agent.get(), oci.get(), control.get()}, "scsup.socket:scsup.socket:scsup.socket", true, [&] {
    auto passed = take_passed_sockets(20);
    ASSERT_TRUE(passed) << passed.error().text();
    const auto sockets = open(std::move(*passed));
    ASSERT_TRUE(sockets) << sockets.error().text();
    EXPECT_EQ(sockets->agent.fd.get(), 20);
    EXPECT_EQ(sockets->oci.fd.get(), 21);
    EXPECT_EQ(sockets->control.fd.get(), 22);
  });
}

TEST_F(Sockets, ThatWereMeantForAnotherProcessAreNotTaken) {
  const Fd agent = bound(SOCK_SEQPACKET, "a", true);
  with_passed({agent.get()}, "agent", false, [&] {
    const auto passed = take_passed_sockets(20);
    ASSERT_TRUE(passed);
    EXPECT_TRUE(passed->empty());
    EXPECT_EQ(::getenv("LISTEN_PID"), nullptr);
  });
}

TEST_F(Sockets, ThatAreUnknownOrOfTheWrongTypeOrDoNotListenAreErrors) {
  const Fd stream = bound(SOCK_STREAM, "s", true), mute = bound(SOCK_STREAM, "m", false);
  const auto error = [&](std::vector<int> descriptors, const char* names, const std::string& expected) {
    with_passed(descriptors, names, true, [&] {
      auto passed = take_passed_sockets(20);
      const std::string said = passed ? open(std::move(*passed)).error().text() : passed.error().text();
      EXPECT_EQ(said, expected);
    });
  };
  error({stream.get()}, "web",
        "the socket 'web' at '" + work_ +
            "/s' that was passed to the service is unknown: "
            "FileDescriptorName= is agent, oci or control");
  error({stream.get()}, "agent",
        "the socket 'agent' at '" + work_ +
            "/s' that was passed to the service is of the "
            "wrong type: the agent socket is ListenSequentialPacket=");
  error({stream.get(), stream.get()}, "oci:oci",
        "the socket 'oci' at '" + work_ + "/s' that was passed to the service is the second oci socket");
  error({mute.get()}, "oci",
        "cannot use the socket that was passed as descriptor 20: it is no listening unix socket");
  const Fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  error({file.get()}, "oci",
        "cannot use the socket that was passed as descriptor 20: Socket operation on non-socket");
}

TEST_F(Sockets, ACallerIsKnownWithAllOfItsGroups) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, who may have any groups";
  auto sockets = open();
  ASSERT_TRUE(sockets) << sockets.error().text();
  ::chmod(work_.c_str(), 0711);
  ::chmod(sockets->control.path.c_str(), 0666);
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<gid_t> groups;
    for (gid_t group = 5000; group < 5100; ++group) groups.push_back(group);
    if (::setgroups(groups.size(), groups.data()) != 0 || ::setgid(4712) != 0 || ::setuid(4711) != 0)
      ::_exit(1);
    ::_exit(connects(SOCK_STREAM, sockets->control.path) ? 0 : 2);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  const auto connection = accept_unix(sockets->control.fd, Blocking::yes);
  ASSERT_TRUE(connection) << connection.error().text();
  const auto peer = peer_of(*connection);
  ASSERT_TRUE(peer) << peer.error().text();
  const Caller caller = caller_of(*peer);
  EXPECT_EQ(caller.uid, 4711u);
  EXPECT_EQ(caller.gids.front(), 4712u);
  EXPECT_EQ(caller.gids.size(), 101u);
  EXPECT_EQ(caller.gids.back(), 5099u);
}

}  // namespace
}  // namespace scsup

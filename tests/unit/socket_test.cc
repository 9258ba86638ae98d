#include "base/socket.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace scsup {
namespace {

class Directory {
 public:
  Directory() {
    char name[] = "/tmp/scsup-socket-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

int open_descriptors() {
  int count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory)) ++count;
  ::closedir(directory);
  return count;
}

bool close_on_exec(const Fd& fd) { return ::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC; }

// Sends raw bytes with `count` copies of descriptor 0.
void send_raw(const Fd& socket, std::string_view bytes, int count) {
  std::vector<char> control(CMSG_SPACE(count * sizeof(int)));
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(count * sizeof(int));
  std::memset(CMSG_DATA(header), 0, count * sizeof(int));
  ASSERT_EQ(::sendmsg(socket.get(), &message, 0), static_cast<ssize_t>(bytes.size()));
}

std::pair<Fd, Fd> pair() { return std::move(socket_pair()).value(); }

TEST(Socket, IsBornReadableByItsOwnerOnlyWhateverTheUmask) {
  Directory directory;
  const mode_t before = ::umask(0);
  const auto listening = listen_unix(directory / "s");
  ::umask(before);
  ASSERT_TRUE(listening) << listening.error().text();
  struct stat status {};
  ASSERT_EQ(::lstat((directory / "s").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, static_cast<mode_t>(S_IFSOCK | 0600));
  EXPECT_TRUE(close_on_exec(*listening));
}

TEST(Socket, CarriesPacketsAndDescriptorsFromConnectToAccept) {
  Directory directory;
  const auto listening = listen_unix(directory / "s");
  const auto client = connect_unix(directory / "s");
  ASSERT_TRUE(client) << client.error().text();
  const auto server = accept_unix(*listening, Blocking::yes);
  ASSERT_TRUE(server) << server.error().text();
  EXPECT_TRUE(close_on_exec(*client) && close_on_exec(*server));

  const auto [end, other] = pair();
  ASSERT_TRUE(send_packet(*client, "one", end.get()));
  ASSERT_TRUE(send_packet(*client, "two"));
  auto first = receive_packet(*server);
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_EQ(first->bytes, "one");
  ASSERT_EQ(first->fds.size(), 1u);
  EXPECT_TRUE(close_on_exec(first->fds[0]));
  ASSERT_TRUE(send_packet(first->fds[0], "through it"));
  EXPECT_EQ(receive_packet(other)->bytes, "through it");
  const auto second = receive_packet(*server);
  EXPECT_EQ(second->bytes, "two");
  EXPECT_TRUE(second->fds.empty());

  const auto peer = peer_of(*server);
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->pid, ::getpid());
  EXPECT_EQ(peer->uid, ::geteuid());
  EXPECT_EQ(peer->gid, ::getegid());
}

TEST(Socket, SaysThatNobodyIsThereYet) {
  Directory directory;
  const auto listening = listen_unix(directory / "s");
  EXPECT_EQ(accept_unix(*listening, Blocking::no).error().err, EAGAIN);
  const auto client = connect_unix(directory / "s");
  const auto server = accept_unix(*listening, Blocking::no);
  ASSERT_TRUE(server);
  EXPECT_EQ(receive_packet(*server).error().err, EAGAIN);
}

TEST(Socket, ReplacesAStaleSocketAndKeepsALiveOne) {
  Directory directory;
  { ASSERT_TRUE(listen_unix(directory / "s")); }  // closed: the file stays
  const auto again = listen_unix(directory / "s");
  ASSERT_TRUE(again) << again.error().text();
  const auto third = listen_unix(directory / "s");
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().err, EADDRINUSE);
  EXPECT_TRUE(connect_unix(directory / "s"));
}

TEST(Socket, NeverReplacesWhatIsNoSocket) {
  Directory directory;
  std::ofstream(directory / "file") << "precious";
  std::filesystem::create_symlink(directory / "nowhere", directory / "link");
  EXPECT_EQ(listen_unix(directory / "file").error().err, EADDRINUSE);
  EXPECT_EQ(listen_unix(directory / "link").error().err, EADDRINUSE);
  EXPECT_TRUE(std::filesystem::exists(directory / "file"));
  EXPECT_TRUE(std::filesystem::is_symlink(directory / "link"));
}

TEST(Socket, NeverReplacesALiveSocketOfAnotherKind) {
  Directory directory;
  Fd stream(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, (directory / "s").c_str());
  ASSERT_EQ(::bind(stream.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(::listen(stream.get(), 1), 0);
  EXPECT_EQ(listen_unix(directory / "s").error().err, EADDRINUSE);
  EXPECT_TRUE(std::filesystem::exists(directory / "s"));
}

TEST(Socket, APathThatDoesNotFitIsAnErrorAndNeverCut) {
  Directory directory;
  const std::string name = directory / "";
  const std::string longest = name + std::string(107 - name.size(), 'x');
  EXPECT_TRUE(listen_unix(longest));
  for (const auto& error : {listen_unix(longest + "x").error(), connect_unix(longest + "x").error()}) {
    EXPECT_EQ(error.err, ENAMETOOLONG);
    EXPECT_NE(error.what.find("at most 107 bytes"), std::string::npos) << error.what;
  }
  EXPECT_EQ(listen_unix("").error().err, EINVAL);
  EXPECT_EQ(connect_unix(std::string("\0abstract", 9)).error().err, EINVAL);
}

TEST(Socket, AClosedPeerIsAnEmptyPacketEvenWhenItLeftSomethingUnread) {
  auto [here, there] = pair();
  ASSERT_TRUE(send_packet(here, "never read"));
  ASSERT_TRUE(send_packet(there, "last words"));
  there.reset();
  EXPECT_EQ(receive_packet(here)->bytes, "last words");
  const auto end = receive_packet(here);
  ASSERT_TRUE(end) << end.error().text();
  EXPECT_EQ(end->bytes, "");
}

TEST(Socket, SendingToAClosedPeerIsAnErrorAndNoSignal) {
  auto [here, there] = pair();
  ASSERT_TRUE(send_packet(here, "never read"));
  there.reset();
  EXPECT_EQ(send_packet(here, "x").error().err, EPIPE);
}

TEST(Socket, APacketOfTheLimitPassesAndALongerOneDoesNot) {
  const auto [here, there] = pair();
  const std::string largest(packet_limit, 'x');
  ASSERT_TRUE(send_packet(here, largest));
  EXPECT_EQ(receive_packet(there)->bytes, largest);
  EXPECT_EQ(send_packet(here, largest + "x").error().err, EMSGSIZE);
  EXPECT_EQ(send_packet(here, "").error().err, EINVAL);
}

TEST(Socket, ATooLongPacketIsRejectedAndItsDescriptorsAreClosed) {
  const auto [here, there] = pair();
  const int before = open_descriptors();
  send_raw(here, std::string(packet_limit + 1, 'x'), 2);
  EXPECT_EQ(receive_packet(there).error().err, EMSGSIZE);
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Socket, AFloodOfDescriptorsIsRejectedAndAllAreClosed) {
  const auto [here, there] = pair();
  const int before = open_descriptors();
  send_raw(here, "x", packet_fd_limit);
  EXPECT_EQ(receive_packet(there)->fds.size(), packet_fd_limit);
  send_raw(here, "x", 253);
  EXPECT_EQ(receive_packet(there).error().err, EMFILE);
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Socket, ADescriptorThatFindsNoRoomHereIsAnErrorAndNotSilentlyMissing) {
  const auto [here, there] = pair();
  ASSERT_TRUE(send_packet(here, "x", here.get()));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none{3, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto packet = receive_packet(there);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(packet.error().err, EMFILE);
}

Fd connect_stream(const std::string& path) {
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path.c_str());
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) < 0) return Fd();
  return socket;
}

std::pair<Fd, Fd> stream_pair() {
  int ends[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

TEST(Stream, CarriesBytesAndDescriptorsFromConnectToAccept) {
  Directory directory;
  const auto listening = listen_unix(directory / "s", Carries::stream);
  ASSERT_TRUE(listening) << listening.error().text();
  struct stat status {};
  ASSERT_EQ(::lstat((directory / "s").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode, static_cast<mode_t>(S_IFSOCK | 0600));
  EXPECT_EQ(accept_unix(*listening, Blocking::no).error().err, EAGAIN);
  Fd client = connect_stream(directory / "s");
  ASSERT_TRUE(client);
  const auto server = accept_unix(*listening, Blocking::yes);
  ASSERT_TRUE(server) << server.error().text();
  EXPECT_EQ(receive_stream(*server).error().err, EAGAIN)
      << "it must not block, whatever the socket's flags are";

  send_raw(client, "one", 2);
  auto first = receive_stream(*server);
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_EQ(first->bytes, "one");
  ASSERT_EQ(first->fds.size(), 2u);
  EXPECT_TRUE(close_on_exec(first->fds[0]) && close_on_exec(first->fds[1]));
  EXPECT_FALSE(first->fds_lost);
  EXPECT_EQ(peer_of(*server)->pid, ::getpid());
  client.reset();
  const auto end = receive_stream(*server);
  ASSERT_TRUE(end) << end.error().text();
  EXPECT_EQ(end->bytes, "");
}

TEST(Stream, ReplacesAStaleSocketAndKeepsALiveOneOfEitherKind) {
  Directory directory;
  { ASSERT_TRUE(listen_unix(directory / "s", Carries::stream)); }
  const auto again = listen_unix(directory / "s", Carries::stream);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(listen_unix(directory / "s", Carries::stream).error().err, EADDRINUSE);
  EXPECT_EQ(listen_unix(directory / "s").error().err, EADDRINUSE);
  const auto packets = listen_unix(directory / "p");
  EXPECT_EQ(listen_unix(directory / "p", Carries::stream).error().err, EADDRINUSE);
}

TEST(Stream, AFloodOfDescriptorsIsToldAndTheSurplusClosed) {
  const auto [here, there] = stream_pair();
  const int before = open_descriptors();
  send_raw(here, "flood", 253);  // SCM_MAX_FD
  {
    const auto chunk = receive_stream(there);
    ASSERT_TRUE(chunk) << chunk.error().text();
    EXPECT_EQ(chunk->bytes, "flood");
    EXPECT_EQ(chunk->fds.size(), packet_fd_limit);
    EXPECT_TRUE(chunk->fds_lost);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Stream, ADescriptorThatWeHaveNoRoomForIsTold) {
  const auto [here, there] = stream_pair();
  send_raw(here, "one", 1);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const Fd lowest_free(::dup(0));
  const rlimit none{static_cast<rlim_t>(lowest_free.get() + 1), before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  const auto chunk = receive_stream(there);
  ::setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_TRUE(chunk) << chunk.error().text();
  EXPECT_EQ(chunk->bytes, "one");
  EXPECT_TRUE(chunk->fds.empty());
  EXPECT_TRUE(chunk->fds_lost);
}

}  // namespace
}  // namespace scsup

#include "base/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace scsup {
namespace {

// EINTR never reaches a caller: an interrupted call of these has done nothing.
template <class F>
auto retry(F call) {
  decltype(call()) result;
  do result = call();
  while (result < 0 && errno == EINTR);
  return result;
}

int type_of(Carries carries) { return carries == Carries::packets ? SOCK_SEQPACKET : SOCK_STREAM; }

std::string quoted(const std::string& path) { return "'" + path + "'"; }

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // An empty name or a leading NUL would be an abstract socket, which has no owner and no mode.
  if (path.empty() || path.find('\0') != std::string::npos)
    return failed(EINVAL, "cannot use " + quoted(path.c_str()) + " as a socket: it is not a path");
  if (path.size() >= sizeof(address.sun_path))
    return failed(ENAMETOOLONG, "cannot use " + quoted(path) + " as a socket: choose a path of at most " +
                                    std::to_string(sizeof(address.sun_path) - 1) + " bytes");
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

int connect_to(const Fd& socket, const sockaddr_un& address) {
  return retry(
      [&] { return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)); });
}

int bind_to(const Fd& socket, const sockaddr_un& address) {
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

// Removes the file at `path` if it is a socket that no process serves any more.
Result<void> remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) < 0) {
    if (errno == ENOENT) return {};
    return failed("cannot look at " + quoted(path));
  }
  if (!S_ISSOCK(status.st_mode))
    return failed(EADDRINUSE, "cannot listen at " + quoted(path) + ": it exists and is not a socket");
  Fd probe(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return failed("cannot create a socket");
  // Any error but a refusal (also EAGAIN: its queue is full; EPROTOTYPE: another socket type) means a live server.
  if (connect_to(probe, address) == 0 || errno != ECONNREFUSED)
    return failed(EADDRINUSE, "cannot listen at " + quoted(path) + ": another process does");
  if (::unlink(path.c_str()) < 0 && errno != ENOENT)
    return failed("cannot remove the stale socket " + quoted(path));
  return {};
}

// By descriptor, so that mode and owner can't be set on another file that was put there meanwhile. The group first,
// then its rights: the group that a new file gets by default never has access.
Result<void> give_to_group(const std::string& path, gid_t group) {
  const std::string cannot = "cannot give " + quoted(path) + " to group " + std::to_string(group);
  const Fd file(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return failed(cannot);
  if (!S_ISSOCK(status.st_mode)) return failed(0, cannot + ": it is no socket any more");
  if (::fchownat(file.get(), "", static_cast<uid_t>(-1), group, AT_EMPTY_PATH) != 0) return failed(cannot);
  const std::string by_descriptor = "/proc/self/fd/" + std::to_string(file.get());  // fchmod refuses O_PATH
  if (::chmod(by_descriptor.c_str(), 0660) != 0) return failed(cannot);
  return {};
}

Result<Fd> listen_at(const std::string& path, int type, std::optional<gid_t> group) {
  const auto address = address_of(path);
  if (!address) return failed(address.error());
  Fd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failed("cannot create a socket");
  // bind gives the file the mode of the socket's own inode, less the umask: so others never have access, not even for
  // an instant (net/unix/af_unix.c, unix_bind_bsd).
  if (::fchmod(socket.get(), 0600) < 0) return failed("cannot set the mode of a socket");
  if (bind_to(socket, *address) < 0) {
    if (errno != EADDRINUSE) return failed("cannot listen at " + quoted(path));
    if (auto removed = remove_stale(path, *address); !removed) return failed(removed.error());
    if (bind_to(socket, *address) < 0) return failed("cannot listen at " + quoted(path));
  }
  // Nobody can connect before listen().
  if (group)
    if (auto given = give_to_group(path, *group); !given) return failed(given.error());
  if (::listen(socket.get(), SOMAXCONN) < 0) return failed("cannot listen at " + quoted(path));
  return socket;
}

using Control = std::array<char, CMSG_SPACE(packet_fd_limit * sizeof(int))>;

// recvmsg with room for packet_fd_limit descriptors in `control`. A peer that closed with unread bytes leaves one
// ECONNRESET; what it sent before can still be received after that.
ssize_t receive(const Fd& socket, msghdr& message, iovec& part, Control& control, int flags) {
  ssize_t size;
  do {
    message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    size = ::recvmsg(socket.get(), &message, MSG_CMSG_CLOEXEC | flags);
  } while (size < 0 && (errno == EINTR || errno == ECONNRESET));
  return size;
}

std::vector<Fd> descriptors_of(msghdr& message) {
  std::vector<Fd> fds;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      fds.emplace_back(fd);
    }
  }
  return fds;
}

}  // namespace

Result<Fd> listen_unix(const std::string& path, Carries carries, std::optional<gid_t> group) {
  return listen_at(path, type_of(carries), group);
}

Result<Fd> connect_unix(const std::string& path, Carries carries) {
  const auto address = address_of(path);
  if (!address) return failed(address.error());
  Fd socket(::socket(AF_UNIX, type_of(carries) | SOCK_CLOEXEC, 0));
  if (!socket) return failed("cannot create a socket");
  if (connect_to(socket, *address) < 0) return failed("cannot connect to " + quoted(path));
  return socket;
}

Result<std::pair<Fd, Fd>> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0)
    return failed("cannot create a pair of sockets");
  return std::pair(Fd(ends[0]), Fd(ends[1]));
}

Result<Fd> accept_unix(const Fd& listening, Blocking blocking) {
  const int flags = SOCK_CLOEXEC | (blocking == Blocking::no ? SOCK_NONBLOCK : 0);
  Fd connection(retry([&] { return ::accept4(listening.get(), nullptr, nullptr, flags); }));
  if (!connection) return failed("cannot accept a connection");
  return connection;
}

Result<void> send_packet(const Fd& socket, std::string_view bytes, int fd) {
  if (bytes.empty()) return failed(EINVAL, "cannot send an empty packet: it would look like a close");
  if (bytes.size() > packet_limit) return failed(EMSGSIZE, "cannot send a packet");
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  if (fd >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &fd, sizeof(int));
  }
  ssize_t size;
  do size = ::sendmsg(socket.get(), &message, MSG_NOSIGNAL);
  while (size < 0 && (errno == EINTR || errno == ECONNRESET));  // the reset comes once; then it is EPIPE
  if (size < 0) return failed("cannot send a packet");
  return {};
}

Result<Packet> receive_packet(const Fd& socket) {
  Packet packet;
  packet.bytes.resize(packet_limit);
  iovec part{packet.bytes.data(), packet.bytes.size()};
  alignas(cmsghdr) Control control;
  msghdr message;
  const ssize_t size = receive(socket, message, part, control, 0);
  if (size < 0) return failed("cannot receive a packet");
  packet.fds = descriptors_of(message);
  if (message.msg_flags & MSG_TRUNC)
    return failed(EMSGSIZE, "received a packet of more than " + std::to_string(packet_limit) + " bytes");
  if (message.msg_flags & MSG_CTRUNC)
    return failed(EMFILE, "received more than " + std::to_string(packet_fd_limit) +
                              " descriptors at once, or had no room for one");
  packet.bytes.resize(static_cast<std::size_t>(size));
  return packet;
}

Result<Chunk> receive_stream(const Fd& socket) {
  std::array<char, packet_limit> bytes;
  iovec part{bytes.data(), bytes.size()};
  alignas(cmsghdr) Control control;
  msghdr message;
  const ssize_t size = receive(socket, message, part, control, MSG_DONTWAIT);
  if (size < 0) return failed("cannot receive from a connection");
  Chunk chunk;
  chunk.fds = descriptors_of(message);
  chunk.fds_lost = (message.msg_flags & MSG_CTRUNC) != 0;
  chunk.bytes.assign(bytes.data(), static_cast<std::size_t>(size));
  return chunk;
}

Result<std::size_t> send_some(const Fd& socket, std::string_view bytes) {
  ssize_t size;
  do size = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  while (size < 0 && (errno == EINTR || errno == ECONNRESET));  // as in send_packet
  if (size < 0) return failed("cannot send");
  return static_cast<std::size_t>(size);
}

Result<std::size_t> receive_some(const Fd& socket, std::span<char> into) {
  ssize_t size;
  do size = ::recv(socket.get(), into.data(), into.size(), 0);
  while (size < 0 && (errno == EINTR || errno == ECONNRESET));  // as in receive_packet
  if (size < 0) return failed("cannot receive");
  return static_cast<std::size_t>(size);
}

Result<Peer> peer_of(const Fd& socket) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
    return failed("cannot see which process is at the other end of a socket");
  Peer peer{credentials.pid, credentials.uid, credentials.gid};
  for (peer.groups.resize(64);;) {
    const auto room = static_cast<socklen_t>(peer.groups.size() * sizeof(gid_t));
    size = room;
    const int rc = ::getsockopt(socket.get(), SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size);
    const int err = errno;
    if (rc < 0 && (err != ERANGE || size <= room))
      return failed(err, "cannot see the groups of the process at the other end of a socket");
    peer.groups.resize(size / sizeof(gid_t));  // the number that there is, or that is needed
    if (rc == 0) return peer;
  }
}

}  // namespace scsup

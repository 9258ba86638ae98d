// Unix sockets as scsup uses them: SOCK_SEQPACKET, one message a packet, descriptors by SCM_RIGHTS; and SOCK_STREAM
// where an existing protocol requires it (varlink, the OCI runtimes).
//
// Why packets: a message arrives whole or not at all, so no reader keeps a half message, and a
// descriptor can't be attributed to the wrong one (unix(7)).
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

inline constexpr std::size_t packet_limit = 64u << 10;  // bytes
inline constexpr std::size_t packet_fd_limit = 16;      // so that a peer can't use up our descriptors

struct Packet {
  std::string bytes;    // empty: the peer has closed
  std::vector<Fd> fds;  // every descriptor that came with it, close-on-exec
};

enum class Blocking { yes, no };
enum class Carries { packets, stream };

// A bound, listening socket at `path`, non-blocking: mode 0600, or 0660 for a group. A stale socket (nobody accepts
// on it) is replaced; a live one, or a file that is not a socket, is EADDRINUSE.
Result<Fd> listen_unix(const std::string& path, Carries carries = Carries::packets,
                       std::optional<gid_t> group = std::nullopt);
Result<Fd> connect_unix(const std::string& path, Carries carries = Carries::packets);
Result<std::pair<Fd, Fd>> socket_pair();

// The next connection, or EAGAIN in Error::err.
Result<Fd> accept_unix(const Fd& listening, Blocking blocking);

// Sends one packet, with `fd` attached unless it is -1. Never raises SIGPIPE.
Result<void> send_packet(const Fd& socket, std::string_view bytes, int fd = -1);
// Receives one packet. One longer than packet_limit is EMSGSIZE, one with more than packet_fd_limit descriptors is
// EMFILE and all of them are closed. EAGAIN if there is none and the socket is non-blocking.
Result<Packet> receive_packet(const Fd& socket);

struct Chunk {
  std::string bytes;      // a part of a stream, at most packet_limit; empty: the peer has closed
  std::vector<Fd> fds;    // what came with them, close-on-exec, at most packet_fd_limit
  bool fds_lost = false;  // there were more, or there was no room for one (MSG_CTRUNC); the rest is closed
};
// What has arrived on a stream; EAGAIN if nothing has: never blocks.
Result<Chunk> receive_stream(const Fd& socket);
// On a stream: as many bytes as fit or are there, at least one; EAGAIN if that would be none and the socket is
// non-blocking. Receiving 0 bytes is the end. The kernel drops descriptors that come along.
Result<std::size_t> send_some(const Fd& socket, std::string_view bytes);
Result<std::size_t> receive_some(const Fd& socket, std::span<char> into);

struct Peer {
  pid_t pid;
  uid_t uid;
  gid_t gid;
  std::vector<gid_t> groups{};  // supplementary ones (SO_PEERGROUPS, Linux 4.13)
};
// The process that connected (SO_PEERCRED): fixed at connect time, not forgeable by the peer.
Result<Peer> peer_of(const Fd& socket);

}  // namespace scsup

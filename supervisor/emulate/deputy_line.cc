#include "supervisor/emulate/deputy_line.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace scsup {

namespace {

// A path that is resolved through 40 links may have a name of 160 KiB. Packets larger than the kernel accepts
// (net.core.wmem_default, 208 KiB) fail in send().
constexpr std::size_t longest = 256u << 10;
constexpr std::size_t most_fds = 4;

// Milliseconds for poll(2), rounded up; -1: for ever.
int left_until(std::optional<Deadline> until) {
  if (!until) return -1;
  const auto left = *until - std::chrono::steady_clock::now();
  return std::max(0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
}

}  // namespace

Packer& Packer::number(std::uint64_t value) {
  bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  return *this;
}

Packer& Packer::text(std::string_view value) {
  number(value.size());
  bytes_.append(value);
  return *this;
}

std::uint64_t Parcel::number() {
  std::uint64_t value = 0;
  if (bytes_.size() - at_ < sizeof value) {
    whole_ = false;
    return 0;
  }
  std::memcpy(&value, bytes_.data() + at_, sizeof value);
  at_ += sizeof value;
  return value;
}

std::string Parcel::text() {
  const std::uint64_t size = number();
  if (bytes_.size() - at_ < size) {
    whole_ = false;
    return {};
  }
  at_ += size;
  return bytes_.substr(at_ - size, size);
}

Fd Parcel::fd() { return next_fd_ < fds_.size() ? std::move(fds_[next_fd_++]) : Fd(); }

DeputyLine::DeputyLine(Fd socket)
    : socket_(std::move(socket)), buffer_(std::make_unique_for_overwrite<char[]>(longest)) {}

Result<void> DeputyLine::send(const Packer& packet, std::span<const int> fds) const {
  iovec part{const_cast<char*>(packet.bytes().data()), packet.bytes().size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(most_fds * sizeof(int))> control{};
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
  }
  ssize_t sent;
  do sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && (errno == EINTR || errno == ECONNRESET));  // the reset comes once; then it is EPIPE
  if (sent < 0) return failed("cannot send to a deputy");
  return {};
}

Result<Parcel> DeputyLine::receive(std::optional<Deadline> until) {
  msghdr message{};
  iovec part{buffer_.get(), longest};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(most_fds * sizeof(int))> control;
  ssize_t size;
  for (;;) {
    message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    size = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC | (until ? MSG_DONTWAIT : 0));
    if (size >= 0) break;
    if (errno == EINTR || errno == ECONNRESET) continue;
    if (errno != EAGAIN) return failed("cannot receive from a deputy");
    pollfd ready{socket_.get(), POLLIN, 0};
    if (poll(&ready, 1, left_until(until)) == 0) return failed(ETIMEDOUT, "a deputy doesn't answer");
  }
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
  if (size == 0) return failed(EPIPE, "a deputy has gone");
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return failed(EPROTO, "a deputy said too much");
  return Parcel(std::string(buffer_.get(), static_cast<std::size_t>(size)), std::move(fds));
}

}  // namespace scsup

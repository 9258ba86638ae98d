#include "supervisor/seccomp/listener.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "base/say.h"
#include "supervisor/seccomp/compat.h"

namespace scsup {
namespace {

// The structs may be larger in a later kernel, which reads and writes its own size (seccomp_unotify(2)).
constexpr std::size_t room = 512;

template <class T>
union Roomy {
  T value;
  char bytes[room];
};

struct Sizes {
  std::size_t notification, response;
};

const Sizes& kernel_sizes() {
  static const Sizes sizes = [] {
    seccomp_notif_sizes asked{};
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &asked) < 0) asked = {};
    return Sizes{std::max<std::size_t>(asked.seccomp_notif, sizeof(seccomp_notif)),
                 std::max<std::size_t>(asked.seccomp_notif_resp, sizeof(seccomp_notif_resp))};
  }();
  return sizes;
}

// The kernel takes its lock interruptibly: a signal must not be mistaken for an answer.
template <class Argument>
int ioctl_uninterrupted(int fd, unsigned long request, Argument argument) {
  int rc;
  do rc = ioctl(fd, request, argument);
  while (rc < 0 && errno == EINTR);
  return rc;
}

constexpr int max_errno = 4095;  // linux:include/linux/err.h

// The one place where an errno turns negative.
seccomp_notif_resp failure(std::uint64_t id, int err) {
  seccomp_notif_resp response{};
  response.id = id;
  response.error = -(err >= 1 && err <= max_errno ? err : EPERM);
  return response;
}

}  // namespace

bool Request::still_valid() const {
  std::uint64_t id = raw_.id;
  if (ioctl_uninterrupted(listener_, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0) return true;
  return errno == EINVAL && ioctl_uninterrupted(listener_, SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR, &id) == 0;
}

Notification::Notification(Notification&& other) noexcept
    : request_(other.request_), owed_(std::exchange(other.owed_, false)) {}

Notification::~Notification() {
  if (!owed_) return;
  const seccomp_notif& raw = request_.raw_;
  char words[96];
  std::snprintf(words, sizeof words, "bug: call %d (arch %#x) of task %u was left unanswered; it gets EPERM",
                raw.data.nr, raw.data.arch, raw.pid);
  say(Severity::critical, words);
  send(failure(raw.id, EPERM));
}

Delivery Notification::let_through() && {
  seccomp_notif_resp response{};
  response.id = request_.raw_.id;
  response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  return send(response);
}

Delivery Notification::fail(int err) && { return send(failure(request_.raw_.id, err)); }

Delivery Notification::succeed(std::int64_t value) && {
  seccomp_notif_resp response{};
  response.id = request_.raw_.id;
  response.val = value;
  return send(response);
}

int Notification::try_send(const seccomp_notif_resp& response) const {
  Roomy<seccomp_notif_resp> padded;
  std::memset(padded.bytes, 0, kernel_sizes().response);
  padded.value = response;
  return ioctl_uninterrupted(request_.listener_, SECCOMP_IOCTL_NOTIF_SEND, &padded) == 0 ? 0 : errno;
}

Delivery Notification::send(const seccomp_notif_resp& response) {
  if (!owed_) return Delivery::gone;
  owed_ = false;
  const int err = try_send(response);
  if (err != 0 && err != ENOENT) {
    say(Severity::error, "the kernel refused the answer to call " + std::to_string(request_.raw_.data.nr) +
                             " of task " + std::to_string(request_.raw_.pid) + ": " + std::strerror(err));
    // EINPROGRESS: another holder of the listener has answered. After any other error the target still waits, and
    // would wait for ever.
    if (err != EINPROGRESS) try_send(failure(request_.raw_.id, EPERM));
  }
  return err == 0 ? Delivery::delivered : Delivery::gone;
}

Listener::Listener(Fd fd) : fd_(std::move(fd)) {
  sync_wake_up_ = ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP) == 0;
}

Result<std::optional<Notification>> Listener::receive() const {
  const Sizes& sizes = kernel_sizes();
  if (sizes.notification > room || sizes.response > room)
    return failed(EMSGSIZE, "this kernel's notifications have " + std::to_string(sizes.notification) +
                                " bytes and scsup has room for " + std::to_string(room) + "; update scsup");
  Roomy<seccomp_notif> received;
  std::memset(received.bytes, 0, sizes.notification);  // EINVAL otherwise
  if (ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_RECV, &received) == 0)
    return std::optional<Notification>(Notification(Request(fd_.get(), received.value)));
  if (errno == EINTR || errno == ENOENT) return std::nullopt;
  return failed("cannot receive a notification");
}

}  // namespace scsup

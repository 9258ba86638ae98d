// The kernel interface of seccomp_unotify(2), all of it: receive a notification, answer it.
//
// A Notification is owed an answer from the moment it is received. It is move-only; answering consumes it. If it is
// destroyed unanswered, it answers EPERM and says so on stderr, because otherwise the target would hang for ever.
#pragma once

#include <linux/seccomp.h>

#include <cstdint>
#include <optional>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

class Listener;

// Whether an answer arrived. `gone`: the target was killed (or, without WAIT_KILLABLE_RECV, its call was interrupted)
// before, or got another answer. That is news, not an error.
enum class Delivery : std::uint8_t { delivered, gone };

// The question without the debt to answer it: a value, for code that examines the target.
class Request {
 public:
  std::uint64_t id() const { return raw_.id; }
  std::uint32_t tid() const { return raw_.pid; }  // in the supervisor's pid namespace; 0: not visible from it
  const seccomp_data& data() const { return raw_.data; }

  // Is the target still waiting for this answer? If so, then /proc files that were opened or memory that was read
  // before this check belonged to this very task (seccomp_unotify(2), "SECCOMP_IOCTL_NOTIF_ID_VALID").
  bool still_valid() const;

 private:
  friend class Notification;
  friend class Listener;
  Request(int listener, const seccomp_notif& raw) : listener_(listener), raw_(raw) {}

  int listener_;  // borrowed: the Listener outlives its requests
  seccomp_notif raw_;
};

class Notification {
 public:
  Notification(Notification&& other) noexcept;
  Notification& operator=(Notification&&) = delete;
  ~Notification();

  const Request& request() const { return request_; }

  // If the kernel refuses an answer, the target gets EPERM instead, and stderr says so.
  Delivery let_through() &&;                // SECCOMP_USER_NOTIF_FLAG_CONTINUE
  Delivery fail(int err) &&;                // the call fails with that errno, 1 to 4095; EPERM for any other
  Delivery succeed(std::int64_t value) &&;  // the call returns that value

 private:
  friend class Listener;
  explicit Notification(const Request& request) : request_(request) {}
  Delivery send(const seccomp_notif_resp& response);
  int try_send(const seccomp_notif_resp& response) const;

  Request request_;
  bool owed_ = true;  // false: answered, or moved from
};

class Listener {
 public:
  // Takes the listener over and asks for SYNC_WAKE_UP (6.6): answers on the CPU where the target sleeps.
  explicit Listener(Fd fd);

  int fd() const { return fd_.get(); }
  bool wakes_on_this_cpu() const { return sync_wake_up_; }

  // The next notification. Call it only when poll says readable: otherwise it blocks (RECV ignores O_NONBLOCK).
  // Nothing: the request went away in between (ENOENT) or a signal came.
  Result<std::optional<Notification>> receive() const;

 private:
  Fd fd_;
  bool sync_wake_up_ = false;
};

}  // namespace scsup

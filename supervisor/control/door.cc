#include "supervisor/control/door.h"

#include <fcntl.h>

#include "base/socket.h"
#include "supervisor/control/call.h"

namespace scsup::control {

namespace {

Fd open_spare() { return Fd(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

// Doesn't wait for the client's call: the client reads this reply whatever it sends.
void refuse(const Fd& socket, const char* error, const std::string& reason) {
  (void)send_some(socket, write_reply(refusal(error, reason)));
}

}  // namespace

Door::Door(Fd listening, Loop& loop, Workers& workers, Service& service)
    : listening_(std::move(listening)),
      clients_(std::make_shared<Clients>(loop, workers, service)),
      spare_(open_spare()) {}

Source::Next Door::serve(std::uint32_t, Lead&) {
  auto socket = accept_unix(listening_, Blocking::no);
  if (socket)
    admit(std::move(*socket));
  else if (socket.error().err == EMFILE || socket.error().err == ENFILE)
    turn_away();
  return Next::again;
}

void Door::admit(Fd socket) {
  const auto peer = peer_of(socket);
  if (!peer) return;
  if (!clients_->service.may_control(*peer))
    return refuse(
        socket, "PermissionDenied",
        "user " + std::to_string(peer->uid) + " may not control this supervisor; see scsup-config(5)");
  if (clients_->here >= Clients::most)
    return refuse(socket, "Busy",
                  "there are " + std::to_string(Clients::most) + " clients at this moment; try again");
  Connection::open(std::move(socket), clients_);
}

// If there were no descriptor for a client, it would stay in the queue, and the loop would wake up for it for ever.
void Door::turn_away() {
  spare_.reset();
  if (const auto socket = accept_unix(listening_, Blocking::no))
    refuse(*socket, "Busy", "the supervisor has no descriptor left; see RLIMIT_NOFILE in getrlimit(2)");
  spare_ = open_spare();
}

}  // namespace scsup::control

#include "supervisor/command/doors.h"

#include <fcntl.h>

#include "base/say.h"
#include "base/socket.h"

namespace scsup {

int Door::open_spare() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

void Door::refuse(const Fd& client) {
  if (whom_ == For::agents)
    (void)send_packet(client,
                      handshake::encode(handshake::Refused{
                          "the supervisor has no descriptors left (RLIMIT_NOFILE); try again later"}));
  say(Severity::error, "no descriptors left (RLIMIT_NOFILE): a new target was refused, the others go on");
}

// Without a descriptor we can't even refuse: the client would wait, and the loop would spin for ever.
void Door::turn_away() {
  spare_.reset();
  if (const auto client = accept_unix(listening_, Blocking::no)) refuse(*client);
  spare_.reset(open_spare());
}

Source::Next Door::serve(std::uint32_t, Lead&) {
  if (closed_) return Next::done;
  auto client = accept_unix(listening_, Blocking::no);
  if (!client) {
    if (client.error().err == EMFILE || client.error().err == ENFILE)
      turn_away();
    else if (client.error().err != EAGAIN)
      say(Severity::error, client.error().text());
    return Next::again;
  }
  if (!supervisor_.reception().has_room()) {
    refuse(*client);
    return Next::again;
  }
  const auto peer = peer_of(*client);
  if (!peer) return Next::again;
  if (whom_ == For::agents)
    supervisor_.admit(std::move(*client), *peer);
  else
    supervisor_.admit_runtime(std::move(*client), *peer);
  return Next::again;
}

}  // namespace scsup

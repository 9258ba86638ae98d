// One side of the handshake: say a message, hear the expected one.
//
// Every failure (the supervisor went away, refuses, speaks another version) comes back as one Error whose what() can
// be shown to the user.
#pragma once

#include <variant>

#include "base/handshake.h"
#include "base/socket.h"

namespace scsup::agent {

Result<void> say(const Fd& socket, const handshake::Message& message, int fd = -1);

struct Heard {
  handshake::Message message;  // never Refused: that is an Error
  std::vector<Fd> fds;
};
// `what` is what we wait for: "the filter".
Result<Heard> hear(const Fd& socket, const char* what);

// hear() for one kind of message. Descriptors that came with it go to `fds`, or are closed.
template <class M>
Result<M> hear(const Fd& socket, const char* what, std::vector<Fd>* fds = nullptr) {
  auto heard = hear(socket, what);
  if (!heard) return failed(heard.error());
  M* message = std::get_if<M>(&heard->message);
  if (!message) return failed(0, std::string("the supervisor sent something else when ") + what + " was due");
  if (fds) *fds = std::move(heard->fds);
  return std::move(*message);
}

}  // namespace scsup::agent

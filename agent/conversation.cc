#include "agent/conversation.h"

namespace scsup::agent {

Result<void> say(const Fd& socket, const handshake::Message& message, int fd) {
  auto sent = send_packet(socket, handshake::encode(message), fd);
  if (sent || sent.error().err != EPIPE) return sent;
  // The supervisor may have said why before it left.
  if (auto heard = hear(socket, "an answer"); !heard) return failed(heard.error());
  return failed(0, "the supervisor went away");
}

Result<Heard> hear(const Fd& socket, const char* what) {
  auto packet = receive_packet(socket);
  if (!packet) return failed(packet.error());
  if (packet->bytes.empty())
    return failed(0, std::string("the supervisor went away before ") + what + " came");
  auto message = handshake::decode(packet->bytes);
  if (!message) return failed(message.error());
  if (const auto* refused = std::get_if<handshake::Refused>(&*message))
    return failed(
        0, "the supervisor refuses: " + (refused->text.empty() ? "it gives no reason" : refused->text));
  return Heard{std::move(*message), std::move(packet->fds)};
}

}  // namespace scsup::agent

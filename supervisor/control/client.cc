#include "supervisor/control/client.h"

#include <array>

#include "base/socket.h"

namespace scsup::control {

Result<Client> Client::connect(const std::string& path) {
  auto socket = connect_unix(path, Carries::stream);
  if (!socket) return failed(socket.error());
  return Client(std::move(*socket));
}

Result<void> Client::send(const std::string& method, const Json& parameters) {
  std::string text =
      Json{{"method", std::string(interface_name) + "." + method}, {"parameters", parameters}}.dump(
          -1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > call_limit)
    return failed(EMSGSIZE, "a call of " + std::to_string(text.size()) +
                                " bytes; the supervisor takes at most " + std::to_string(call_limit));
  text += '\0';
  for (std::size_t sent = 0; sent < text.size();) {
    const auto more = send_some(socket_, std::string_view(text).substr(sent));
    if (!more && more.error().err == EPIPE) return {};  // it has hung up, and its reply says why
    if (!more) return failed(more.error());
    sent += *more;
  }
  return {};
}

Result<std::optional<Reply>> Client::receive() {
  std::array<char, 64u << 10> bytes;
  const auto got = receive_some(socket_, bytes);
  if (!got) return failed(got.error());
  if (*got == 0) return failed(ECONNRESET, "cannot get a reply");
  inbox_.add({bytes.data(), *got});
  auto message = inbox_.next();
  if (!message) return failed(message.error());
  if (!*message) return std::optional<Reply>();
  const Json json = Json::parse(**message, nullptr, false);
  Reply reply{"", Json::object()};
  if (!json.is_object()) return failed(0, "the reply is no JSON object; is that a supervisor?");
  if (const auto error = json.find("error"); error != json.end() && error->is_string())
    reply.error = error->get<std::string>();
  if (const auto parameters = json.find("parameters"); parameters != json.end() && parameters->is_object())
    reply.parameters = *parameters;
  return std::optional(std::move(reply));
}

Result<Reply> Client::call(const std::string& method, const Json& parameters) {
  if (auto sent = send(method, parameters); !sent) return failed(sent.error());
  for (;;) {
    auto reply = receive();
    if (!reply) return failed(reply.error());
    if (*reply) return std::move(**reply);
  }
}

}  // namespace scsup::control

// The client's side of the control socket, for scsup's own commands.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/control/call.h"
#include "supervisor/control/inbox.h"

namespace scsup::control {

struct Reply {
  std::string error;  // "io.scsup.control.NoSuchSession"; "" on success
  Json parameters;    // an object
};

class Client {
 public:
  static Result<Client> connect(const std::string& path);

  // Sends a call and waits for its reply. `method` without the interface: "Sessions".
  Result<Reply> call(const std::string& method, const Json& parameters = Json::object());

  // The same in steps, for callers that also wait for other things.
  Result<void> send(const std::string& method, const Json& parameters = Json::object());
  int fd() const { return socket_.get(); }
  // To be called when fd() is readable. Nothing: the reply isn't complete yet.
  Result<std::optional<Reply>> receive();

 private:
  explicit Client(Fd socket) : socket_(std::move(socket)), inbox_(reply_limit) {}
  static constexpr std::size_t reply_limit = 256u << 20;
  Fd socket_;
  Inbox inbox_;
};

}  // namespace scsup::control

// The supervisor's side of a handshake: from a connected agent to a session.
//
// Lives on the loop as a source until the agent's socket closes, which its exec does. Every wrong message ends it
// with a Refused that says what was wrong; the agent then doesn't exec.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/fd.h"
#include "base/handshake.h"
#include "base/socket.h"
#include "supervisor/loop/loop.h"
#include "supervisor/session/reception.h"

namespace scsup {

class Attachment : public Source, public Timed {
 public:
  Attachment(Fd socket, Peer peer, Reception& reception);
  ~Attachment() override;

  int fd() const override { return socket_.get(); }
  Next serve(std::uint32_t ready, Lead& lead) override;
  // An agent that takes too long before its filter is loaded is hung up on; after that its exec may take as long as
  // it likes.
  void expire() override;

 private:
  enum class Awaiting : std::uint8_t { hello, listener, exec };

  Result<void> hear(Packet packet);
  Result<void> on(handshake::Hello hello, std::vector<Fd> fds);
  Result<std::shared_ptr<const Edition>> choose_policy(const handshake::Hello& hello,
                                                       std::vector<Fd> fds) const;
  Result<void> on(const handshake::Listener& message, std::vector<Fd> fds);
  Result<void> on(const handshake::ExecFailed& message);
  void start_session(Fd listener, std::uint32_t tid);

  void end_handshake();

  Fd socket_;
  const Peer peer_;
  Reception& reception_;
  bool in_handshake_;
  std::atomic<Awaiting> awaiting_{Awaiting::hello};
  Subject subject_;
  std::shared_ptr<const Edition> edition_;
  std::shared_ptr<Session> session_;
};

}  // namespace scsup

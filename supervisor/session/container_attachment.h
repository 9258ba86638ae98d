// From a container runtime's connection to a session, or to another line of an existing one (an exec into a container
// that is already supervised).
//
// Lives on the loop as a source until the runtime has said everything, or has taken too long: a runtime may connect
// at `create` and send at `start`, so many half-finished ones are normal. Whatever goes wrong, a received listener is
// kept: its trapped calls are denied and recorded, so that nothing runs unsupervised and the log says why.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/socket.h"
#include "supervisor/oci/state_message.h"
#include "supervisor/session/reception.h"

namespace scsup {

class ContainerAttachment : public Source,
                            public Timed,
                            public std::enable_shared_from_this<ContainerAttachment> {
 public:
  ContainerAttachment(Fd socket, Peer peer, Reception& reception);
  ~ContainerAttachment() override;

  // Adds it to the loop.
  void begin();

  int fd() const override { return socket_.get(); }
  Next serve(std::uint32_t ready, Lead& lead) override;
  // The peer has taken too long: hangs up.
  void expire() override;

 private:
  Next refuse(const std::string& why);
  void attach(const oci::ContainerState& state, Listener listener);
  std::shared_ptr<InForce> choose_policy(const oci::ContainerState& state, Subject& subject) const;

  Fd socket_;
  const Peer peer_;
  Reception& reception_;
  bool speaks_ = false;
  std::atomic<bool> late_{false};
  oci::StateMessage message_;
};

}  // namespace scsup

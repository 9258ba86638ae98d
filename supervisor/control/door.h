// The control socket: accepts clients. A client that may not control the supervisor, or is one too many, is told so
// and hung up on.
#pragma once

#include <memory>
#include <string>

#include "supervisor/control/connection.h"

namespace scsup::control {

class Door : public Source {
 public:
  // `listening`: listen_unix(path, Carries::stream). All of them outlive it and its connections.
  Door(Fd listening, Loop& loop, Workers& workers, Service& service);

  int fd() const override { return listening_.get(); }
  Next serve(std::uint32_t ready, Lead& lead) override;

 private:
  void admit(Fd socket);
  void turn_away();

  const Fd listening_;
  const std::shared_ptr<Clients> clients_;
  Fd spare_;  // given up for a moment when there are no descriptors left
};

}  // namespace scsup::control

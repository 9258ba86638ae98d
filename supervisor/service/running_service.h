// The supervisor as seen from its control socket: its sessions and policies, and the operations on them.
// A reload is atomic: every policy is read and compiled for every session's environment first; one mistake anywhere
// leaves everything as it was. A session's filter can't be changed, so each change reports what has no effect before
// the target is restarted.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "supervisor/control/service.h"
#include "supervisor/session/reception.h"

namespace scsup {

class RunningService : public control::Service {
 public:
  using MayControl = std::function<bool(const Peer&)>;
  RunningService(Reception& reception, MayControl may_control)
      : reception_(reception), may_control_(std::move(may_control)) {}

  bool may_control(const Peer& peer) const override { return may_control_(peer); }
  std::vector<control::SessionState> sessions() const override;
  Result<control::Inspection> inspect(std::uint32_t session) const override;
  Result<std::vector<control::Reloaded>> reload(const std::vector<std::string>& names) override;
  Result<control::Reloaded> set_policy(std::uint32_t session, const std::string& file,
                                       const std::string& text) override;
  std::string audit() const override;
  Result<std::uint32_t> kill(std::uint32_t session) override;
  std::vector<std::string> remarks() const override;
  std::string events() const override;

 private:
  // A session, and the policy that it gets if there are no mistakes.
  struct Change {
    std::shared_ptr<Session> session;
    std::shared_ptr<InForce> policy;
  };
  std::vector<Change> prepare(const std::shared_ptr<const Edition>& edition,
                              std::vector<std::string>& mistakes) const;
  static control::Changed describe(const Change& change);
  control::Reloaded keep(const Catalogue::Reading& reading) const;
  control::Reloaded apply(const Catalogue::Reading& reading, const std::vector<Change>& changes);
  control::Reloaded still_undone(control::Reloaded reply,
                                 const std::shared_ptr<const Edition>& edition) const;
  void remember(const std::string& policy, const std::vector<std::string>& mistakes);

  Reception& reception_;
  const MayControl may_control_;
  std::mutex changing_;  // one change at a time
  mutable std::mutex remarks_mutex_;
  std::map<std::string, std::vector<std::string>> remarks_;  // by policy
};

}  // namespace scsup

// What attachments share: the policies, what serves them, and the live sessions. Outlives them. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/socket.h"
#include "supervisor/catalogue/catalogue.h"
#include "supervisor/seccomp/kernel.h"
#include "supervisor/seccomp/listener.h"
#include "supervisor/session/line.h"
#include "supervisor/session/session.h"

namespace scsup {

// Is this descriptor from a stranger a listener? Decided by the kernel's own name for it: an ioctl on anything else
// (a file of a FUSE file system, say) could hang or do harm.
bool is_listener(const Fd& fd);

class Reception {
 public:
  // `all_gone` is called whenever the last attachment or session has ended.
  Reception(Catalogue& policies, Services shared, const KernelFeatures& features,
            std::function<void()> all_gone)
      : catalogue(policies), services(shared), kernel(features), all_gone_(std::move(all_gone)) {}

  // Who may attach with which policy; by default everybody who can connect. Set before serving begins.
  using MayAttach = std::function<bool(const Peer&, const std::string& policy)>;
  void ask_before_attaching(MayAttach may_attach) { may_attach_ = std::move(may_attach); }
  bool may_attach(const Peer& peer, const std::string& policy) const {
    return !may_attach_ || may_attach_(peer, policy);
  }
  // Who may bring a policy of their own; by default nobody.
  using MayBring = std::function<bool(const Peer&)>;
  void ask_before_bringing(MayBring may_bring) { may_bring_ = std::move(may_bring); }
  bool may_bring_policy(const Peer& peer) const { return may_bring_ && may_bring_(peer); }

  Catalogue& catalogue;
  const Services services;
  const KernelFeatures kernel;

  // Clients whose listener hasn't come yet: only a few at a time, or silent ones would use up our descriptors. False:
  // there are too many at present.
  bool begin_handshake();
  void end_handshake();
  void came();
  void went(const Counts& counts);

  // Loops that take whole sessions, in addition to the loop of `services`. Set before serving begins.
  void share_among(std::vector<Loop*> more) { more_loops_ = std::move(more); }

  // Are there descriptors for one session more, so that the present ones keep what they need? According to
  // RLIMIT_NOFILE and what sessions and remembered tasks hold.
  bool has_room() const;

  // A session for this listener. Starts serving at once.
  std::shared_ptr<Session> begin_session(Subject subject, std::shared_ptr<InForce> policy, Listener listener,
                                         Line::MadeBy made_by);
  // Another listener of a container that has a session, found by its subject's claim; nullptr: it has none.
  std::shared_ptr<Session> join_session(const std::string& claim, Listener& listener);

  std::vector<std::shared_ptr<Session>> sessions() const;  // the live ones, in the order in which they came
  std::shared_ptr<Session> session(std::uint32_t number) const;
  // Ends the live sessions: what they have received is answered, later calls of their targets fail (ENOSYS), their
  // counts are reported.
  void end_sessions();
  bool is_empty() const;
  Counts total() const;  // of all sessions that have ended

 private:
  static constexpr int most_handshakes = 64;
  Services services_for(std::uint32_t session) const;
  // Checks once what only a listener can tell about this kernel.
  void look_at_kernel(const Listener& listener);

  const std::function<void()> all_gone_;
  MayAttach may_attach_;
  MayBring may_bring_;
  std::vector<Loop*> more_loops_;
  std::atomic<int> handshakes_{0};
  std::atomic<std::uint32_t> numbers_{0};
  mutable std::mutex mutex_;
  std::uint32_t here_ = 0;
  Counts total_;
  std::vector<std::weak_ptr<Session>> living_;
  std::atomic<bool> told_{false};
};

}  // namespace scsup

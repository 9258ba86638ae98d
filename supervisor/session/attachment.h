// The supervisor's side of a handshake: from a connected agent to a session.
//
// Lives on the loop as a source until the agent's socket closes, which its exec does. Every wrong word ends
// it with a Refused that says what was wrong; the agent then doesn't exec.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/fd.h"
#include "base/handshake.h"
#include "base/socket.h"
#include "supervisor/loop/loop.h"
#include "supervisor/seccomp/kernel.h"
#include "supervisor/session/policy_file.h"
#include "supervisor/session/session.h"

namespace scsup {

// What attachments share: what they serve, and who is still here. Outlives them. Thread-safe.
class Reception {
 public:
  // `all_gone` is called whenever the last attachment or session has ended.
  Reception(const PolicyFile& file, Services shared, const KernelFeatures& features,
            std::function<void()> all_gone)
      : policy(file), services(shared), kernel(features), all_gone_(std::move(all_gone)) {}

  const PolicyFile& policy;
  const Services services;
  const KernelFeatures kernel;

  // Agents without a filter as yet: few at a time, or silent ones would use up our descriptors. False: no
  // more now.
  bool begin_handshake();
  void end_handshake();
  void came();
  void went(const Counts& counts);
  void came(const std::shared_ptr<Session>& session);
  // Ends the sessions that still live: what they have received is answered, later calls of their targets
  // fail (ENOSYS), their counts are told.
  void end_sessions();
  // Says once what only a listener can tell of this kernel.
  void look_at_kernel(const Listener& listener);
  std::uint32_t next_session_number() { return ++sessions_; }
  bool is_empty() const;
  Counts total() const;  // of all sessions that have ended

 private:
  static constexpr int most_handshakes = 64;
  const std::function<void()> all_gone_;
  std::atomic<int> handshakes_{0};
  std::atomic<std::uint32_t> sessions_{0};
  mutable std::mutex mutex_;
  std::uint32_t here_ = 0;
  Counts total_;
  std::vector<std::weak_ptr<Session>> living_;
  std::atomic<bool> told_{false};
};

class Attachment : public Source, public Timed {
 public:
  Attachment(Fd socket, Reception& reception);
  ~Attachment() override;

  int fd() const override { return socket_.get(); }
  Next serve(std::uint32_t ready, Lead& lead) override;
  // An agent that dawdles before its filter is loaded is hung up on; afterwards its exec may take as long as
  // it likes.
  void expire() override;

 private:
  enum class Awaiting : std::uint8_t { hello, listener, exec };

  Result<void> hear(Packet packet);
  Result<void> on(handshake::Hello hello);
  Result<void> on(const handshake::Listener& message, std::vector<Fd> fds);
  Result<void> on(const handshake::ExecFailed& message);
  void start_session(Fd listener, std::uint32_t tid);

  void end_handshake();

  Fd socket_;
  Reception& reception_;
  bool in_handshake_;
  std::atomic<Awaiting> awaiting_{Awaiting::hello};
  std::string command_;
  pid_t peer_ = 0;
  std::shared_ptr<const Policy> policy_;
  std::shared_ptr<Session> session_;
};

}  // namespace scsup

// One listener's life: from its handover until the last task under its filter has gone.
//
// A session owns what its calls share: the listener, the policy, what is remembered of tasks, the counts.
// Each call is an Inquiry. The first sessions are attended: each has a thread that blocks in RECV, so that
// the kernel wakes it on the CPU where the target goes to sleep, and one call costs no wait on the loop.
// Further ones are sources of the loop. A session whose calls have stalled is sent to workers for a while, so
// that it delays itself only.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "supervisor/audit/log.h"
#include "supervisor/loop/loop.h"
#include "supervisor/loop/workers.h"
#include "supervisor/policy/policy.h"
#include "supervisor/seccomp/listener.h"
#include "supervisor/session/denials.h"
#include "supervisor/target/task_table.h"

namespace scsup {

class Inquiry;

// What all sessions of a supervisor use. Outlives them.
struct Services {
  Loop& loop;
  Workers& workers;
  Log& log;
  Denials& denials;
  std::atomic<int>& attended;      // sessions that have a thread of their own
  bool receive_ends_with_targets;  // KernelFeatures
};

class Session : public Source, public Timed, public std::enable_shared_from_this<Session> {
 public:
  Session(std::uint32_t number, Listener listener, std::shared_ptr<const Policy> policy,
          std::string policy_record, Services services, std::function<void(const Counts&)> ended);

  // Begins to serve: by a thread of its own while few sessions have one, else by the loop.
  void start();

  int fd() const override { return listener_.fd(); }
  Next serve(std::uint32_t ready, Lead& lead) override;

  // The supervisor ends: further calls fail with ENOSYS, as they will when it has gone.
  void close() { closing_ = true; }
  // After close(). False: by then something that was received is still not answered.
  bool wait_until_answered(std::chrono::steady_clock::time_point end);

  // The last task has gone, but a call of it is still in work and stuck: ends the session without it.
  void expire() override;

  // Why an exec was refused last, for the agent to say; "" if none was.
  std::string refused_exec() const;
  Counts counts() const;

 private:
  friend class Inquiry;
  static constexpr int most_in_work = 16;   // calls with workers at a time
  static constexpr int most_attended = 64;  // sessions of one supervisor with a thread of their own

  void attend();
  void serve_until_lost(Lead& lead);
  bool wait_for_call() const;
  void serve_one(Lead& lead);
  void hang_up();
  void hand_over(std::shared_ptr<Inquiry> inquiry);
  void work(std::shared_ptr<Inquiry> inquiry);
  void stalled();
  void answered();
  void end_once();
  bool is_slow() const;

  const std::uint32_t number_;
  const Listener listener_;
  const std::shared_ptr<const Policy> policy_;
  const std::string policy_record_;  // rendered for the audit
  const Services services_;
  const std::function<void(const Counts&)> ended_;
  TaskTable tasks_;

  mutable std::mutex mutex_;
  std::condition_variable all_answered_;          // notified once it is closing
  std::deque<std::shared_ptr<Inquiry>> waiting_;  // for a worker
  int in_work_ = 0;
  std::string refused_exec_;

  std::atomic<std::int64_t> slow_until_ns_{0};
  std::atomic<int> stalls_{0};
  std::atomic<bool> nothing_came_{false};  // the last RECV returned without a call: ask poll why
  std::atomic<bool> closing_{false}, hung_up_{false}, over_{false};
  std::atomic<std::uint64_t> received_{0}, answered_{0}, recorded_{0}, allowed_{0}, denied_{0}, emulated_{0},
      watched_{0};
};

}  // namespace scsup

// One command or one container: from the handover of its listener until the last task under its filter has
// gone.
//
// A session owns what its calls share: the policy in force, the remembered tasks, the counts, and the queue of calls
// that wait for a worker. It has a Line for each listener: one, and in a container another one for each exec into it.
// Each call is an Inquiry.
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
#include <vector>

#include "supervisor/audit/log.h"
#include "supervisor/emulate/deputies.h"
#include "supervisor/emulate/landlock_domains.h"
#include "supervisor/loop/loop.h"
#include "supervisor/loop/workers.h"
#include "supervisor/session/denials.h"
#include "supervisor/session/in_force.h"
#include "supervisor/session/latency.h"
#include "supervisor/target/task_table.h"

namespace scsup {

class Inquiry;

// What all sessions of a supervisor use. Outlives them.
struct Services {
  Loop& loop;
  Workers& workers;
  Log& log;
  Denials& denials;
  std::atomic<int>& attended;      // lines that have a thread of their own
  bool receive_ends_with_targets;  // KernelFeatures
  const Zygote& zygote;
};

// What a session supervises; constant.
struct Subject {
  std::string command;  // argv[0] as given; for a container its name or id
  pid_t pid = 0;        // the first task, as we see it; 0: not known
  Environment environment;
  // The policy that made its filter; null: another program made it.
  std::shared_ptr<const Policy> installed;
  Container container;  // audit/record.h; empty: a command
  // Who asked for which container under which policy. An id alone doesn't identify a container: two runtimes may both
  // have a "web", and a peer that may attach with one policy must not get in under another.
  std::string claim;
  std::string remark;  // why it differs from what was requested
};

class Session : public Timed, public std::enable_shared_from_this<Session> {
 public:
  Session(std::uint32_t number, Subject subject, std::shared_ptr<InForce> policy, Services services,
          std::function<void(const Counts&)> ended);

  std::uint32_t number() const { return number_; }
  const Subject& subject() const { return subject_; }
  std::int64_t since_unix_ns() const { return since_unix_ns_; }
  const Services& services() const { return services_; }

  // The policy for calls that come from now on.
  std::shared_ptr<InForce> in_force() const;
  void put_in_force(std::shared_ptr<InForce> policy);
  // The latest ones, oldest first; the very last is in force.
  std::vector<std::shared_ptr<InForce>> history() const;

  // One more listener; false: the session is over. One listener less: after the last one the session ends, as soon as
  // all its calls are answered.
  bool line_came();
  void line_went();
  std::uint32_t lines() const { return lines_; }
  bool is_over() const { return over_; }
  void say_attached() const;  // writes the `attach` record

  // The supervisor ends: further calls fail with ENOSYS, as they will when it has gone.
  void close() { closing_ = true; }
  // After close(). False: at `end` a received call was still not answered.
  bool wait_until_answered(std::chrono::steady_clock::time_point end);
  // The last task has gone, but one of its calls is still stuck with a worker: ends the session without it.
  void expire() override;

  // Fills in what only the session knows of a record.
  void identify(CallRecord& record) const;
  struct Kept {
    bool written = true;
    bool watched_only = false;  // no policy asks for it: the task may be another afterwards
  };
  void count(const CallRecord& record, InForce& policy, Kept kept);
  void answered();

  // Why the last refused exec was refused, for the agent to say; "" if none was.
  std::string refused_exec() const;
  Counts counts() const;
  const Latency& latency() const { return latency_; }

  // Its first process, as long as that lives; after that an empty descriptor.
  const Fd& first_process() const { return first_process_; }
  // Live processes that have made calls.
  std::vector<pid_t> known_processes() const { return tasks_.processes(); }
  // From now on every task that makes a trapped call is killed.
  void condemn() { condemned_ = true; }
  bool is_condemned() const { return condemned_; }

 private:
  friend class Inquiry;
  friend class Line;
  static constexpr int most_in_work = 16;             // calls with workers at a time
  static constexpr std::size_t most_remembered = 16;  // policies that were in force

  void task_ended(const Task& task, int status);
  bool may_receive();
  void hand_over(std::shared_ptr<Inquiry> inquiry);
  void work(std::shared_ptr<Inquiry> inquiry);
  void stalled();
  void count_denial(const CallRecord& record);
  void end_once();
  bool is_slow() const;

  const std::uint32_t number_;
  const Subject subject_;
  const std::string container_record_;  // rendered for the audit
  const std::int64_t since_unix_ns_;
  const std::vector<std::string> kill_places_;  // of the policy that made its filter
  const Fd first_process_;                      // a pidfd; empty if its pid is unknown
  const Services services_;
  const std::function<void(const Counts&)> ended_;
  TaskTable tasks_;
  Deputies deputies_;  // for tasks in other user namespaces or in Landlock domains
  LandlockDomains landlock_domains_;

  mutable std::mutex mutex_;
  std::condition_variable all_answered_;  // notified once it is closing
  std::vector<std::shared_ptr<InForce>> policies_;
  std::deque<std::shared_ptr<Inquiry>> waiting_;  // for a worker
  int in_work_ = 0;
  std::string refused_exec_;

  std::atomic<std::int64_t> slow_until_ns_{0};
  std::atomic<pid_t> last_death_{0};  // the threads of one process end together, and are one death
  std::atomic<int> stalls_{0};
  std::atomic<std::uint32_t> lines_{0};  // changed under mutex_
  std::atomic<bool> closing_{false}, condemned_{false}, hung_up_{false}, over_{false};
  std::atomic<std::uint64_t> received_{0}, answered_{0}, recorded_{0}, allowed_{0}, denied_{0}, emulated_{0},
      watched_{0};
  Latency latency_;
};

}  // namespace scsup

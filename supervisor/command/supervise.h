// What `run` and `serve` have in common: a policy, a log, a loop, and agents that attach.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "supervisor/command/audit_file.h"
#include "supervisor/command/command.h"
#include "supervisor/seccomp/kernel.h"
#include "supervisor/session/attachment.h"

namespace scsup {

// The policy at `file`, ready to use; its mistakes are printed, one line each. Nothing: there were errors.
std::optional<PolicyFile> load_policy(const std::string& file, bool quiet);

// The environment of a command of this process: its capabilities, home and directory.
Environment own_environment();

class Supervisor {
 public:
  // Writes the `run` record. `nobody_left` is called when the last session has ended.
  Supervisor(std::unique_ptr<Catalogue> policies, LogParts audit, const Arguments& argv,
             const KernelFeatures& kernel, std::function<void()> nobody_left, unsigned loops = 1);

  void admit(Fd agent, Peer peer);
  void admit_runtime(Fd runtime, Peer peer);
  Loop& loop() { return loop_; }
  std::vector<Loop*> loops();  // all of them, loop() first
  Workers& workers() { return workers_; }
  Log& log() { return log_; }
  Catalogue& catalogue() { return *catalogue_; }
  const Catalogue& catalogue() const { return *catalogue_; }
  Reception& reception() { return reception_; }
  const Reception& reception() const { return reception_; }
  const Denials& denials() const { return denials_; }
  bool is_empty() const { return reception_.is_empty(); }
  // Starts serving, or fails as a whole.
  Result<void> start();
  // Waits until loop() stops, and writes the `end` record. Call it after start(), even if that failed.
  Result<void> wait();
  Result<void> run();  // both

 private:
  const Zygote zygote_;  // first: everything else starts threads
  Loop loop_;
  Workers workers_;
  Log log_;
  Denials denials_;
  std::atomic<int> attended_{0};
  std::unique_ptr<Catalogue> catalogue_;
  std::vector<std::unique_ptr<Loop>> more_loops_;
  Reception reception_;
};

}  // namespace scsup

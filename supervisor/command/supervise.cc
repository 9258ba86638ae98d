#include "supervisor/command/supervise.h"

#include <sys/prctl.h>

#include <thread>

#include "agent/introduction.h"
#include "base/say.h"
#include "supervisor/emulate/identity.h"
#include "supervisor/session/container_attachment.h"
#include "supervisor/target/procfs.h"

namespace scsup {

std::optional<PolicyFile> load_policy(const std::string& file, bool quiet) {
  auto policy = read_policy_file(file);
  if (!policy) {
    complain(policy.error().text());
    return std::nullopt;
  }
  for (const Diagnostic& diagnostic : policy->parsed.diagnostics)
    if (diagnostic.severity == Diagnostic::Severity::error)
      say_line(Severity::error, render(file, diagnostic));
    else if (diagnostic.severity == Diagnostic::Severity::note && !quiet)
      say_line(Severity::notice, render(file, diagnostic));  // the file is something that holds a policy
  if (has_errors(policy->parsed.diagnostics)) {
    complain("the policy has mistakes; nothing was run");
    return std::nullopt;
  }
  return std::move(*policy);
}

Environment own_environment() { return environment_of(agent::introduce({{""}, ""})); }

Supervisor::Supervisor(std::unique_ptr<Catalogue> policies, LogParts audit, const Arguments& argv,
                       const KernelFeatures& kernel, std::function<void()> nobody_left, unsigned loops)
    : loop_(own_the_filesystem_view),
      workers_(own_the_filesystem_view),
      log_(std::move(audit)),
      catalogue_(std::move(policies)),
      reception_(
          *catalogue_,
          Services{loop_, workers_, log_, denials_, attended_, kernel.receive_ends_with_targets, zygote_},
          kernel, std::move(nobody_left)) {
  // Otherwise a target of the same user could trace us, write our memory and take our descriptors (ptrace(2)).
  prctl(PR_SET_DUMPABLE, 0);
  keep_own_procfs();
  RunRecord record;
  record.argv = argv;
  if (const auto edition = catalogue_->find(""); edition && catalogue_->is_single()) {
    const PolicyFile& file = (*edition)->file();
    record.policy = (*edition)->policy_record();
    record.policy->filter_summary = show(file.parsed.document, file.file, own_environment());
  }
  log_.run(record);
  std::vector<Loop*> more;
  for (unsigned i = 1; i < loops; ++i)
    more.push_back(more_loops_.emplace_back(std::make_unique<Loop>(own_the_filesystem_view)).get());
  reception_.share_among(std::move(more));
}

void Supervisor::admit_runtime(Fd runtime, Peer peer) {
  std::make_shared<ContainerAttachment>(std::move(runtime), peer, reception_)->begin();
}

void Supervisor::admit(Fd agent, Peer peer) {
  auto attachment = std::make_shared<Attachment>(std::move(agent), peer, reception_);
  loop_.stall_watch().limit(attachment);
  loop_.add(attachment);
}

std::vector<Loop*> Supervisor::loops() {
  std::vector<Loop*> all{&loop_};
  for (const auto& loop : more_loops_) all.push_back(loop.get());
  return all;
}

Result<void> Supervisor::start() {
  for (Loop* loop : loops())
    if (auto started = loop->start(); !started) {
      for (Loop* other : loops()) other->stop();
      return started;
    }
  return {};
}

Result<void> Supervisor::run() {
  const auto started = start();
  const auto ended = wait();
  return started ? ended : started;
}

Result<void> Supervisor::wait() {
  for (const auto& loop : more_loops_)
    std::thread([&loop] {
      if (auto result = loop->wait(); !result) complain(result.error().text());
    }).detach();  // the loops end with the process
  auto result = loop_.wait();
  reception_.end_sessions();
  log_.end(reception_.total());
  return result;
}

}  // namespace scsup

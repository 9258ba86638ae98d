#include "supervisor/service/running_service.h"

#include <algorithm>

#include "supervisor/policy/explain/installed.h"
#include "supervisor/service/processes.h"

namespace scsup {

namespace {

control::Generation generation_of(const InForce& policy) {
  control::Generation generation;
  if (policy.edition) {
    generation.number = policy.edition->generation();
    generation.policy = policy.edition->name();
    generation.file = policy.edition->file().file;
    generation.sha = policy.edition->file().sha;
  }
  generation.counts = {policy.allowed, policy.denied, policy.emulated, policy.watched};
  return generation;
}

control::SessionState state_of(const Session& session) {
  control::SessionState state;
  const Subject& subject = session.subject();
  state.number = session.number();
  state.command = subject.command;
  state.container = subject.container;
  state.pid = subject.pid;
  for (const auto& policy : session.history()) state.generations.push_back(generation_of(*policy));
  const Counts counts = session.counts();
  state.received = counts.received;
  state.answered = counts.answered;
  state.pending = counts.received - std::min(counts.answered, counts.received);
  state.p50_ns = session.latency().quantile(0.50);
  state.p99_ns = session.latency().quantile(0.99);
  state.since_unix_ns = session.since_unix_ns();
  state.listeners = session.lines();
  state.remark = subject.remark;
  return state;
}

tl::unexpected<Error> no_such(std::uint32_t session) {
  return failed(ESRCH, "there is no session " + std::to_string(session));
}

}  // namespace

std::vector<control::SessionState> RunningService::sessions() const {
  std::vector<control::SessionState> states;
  for (const auto& session : reception_.sessions()) states.push_back(state_of(*session));
  reception_.services.log.flush();
  return states;
}

std::string RunningService::audit() const {
  reception_.services.log.flush();
  return reception_.services.log.file();
}

Result<control::Inspection> RunningService::inspect(std::uint32_t number) const {
  const auto session = reception_.session(number);
  if (!session) return no_such(number);
  control::Inspection inspection;
  inspection.session = state_of(*session);
  const auto policy = session->in_force();
  const Subject& subject = session->subject();
  if (policy->edition) {
    const PolicyFile& file = policy->edition->file();
    inspection.policy_text = file.text;
    inspection.filter = show(file.parsed.document, file.file, subject.environment);
  }
  inspection.filter_known = subject.installed != nullptr;
  if (subject.installed) inspection.trapped = trapped_calls(*subject.installed);
  inspection.processes = processes_of(*session);
  for (const Tally::Line& line : policy->tally.lines())
    inspection.rules.push_back({line.origin->words, std::string(line.syscall), line.calls, line.denied,
                                static_cast<std::uint64_t>(line.slowest_ns)});
  return inspection;
}

// The new policies for the sessions with that edition. A mistake may appear in the environment of one of them only.
std::vector<RunningService::Change> RunningService::prepare(const std::shared_ptr<const Edition>& edition,
                                                            std::vector<std::string>& mistakes) const {
  std::vector<Change> changes;
  for (auto& session : reception_.sessions()) {
    const auto present = session->in_force()->edition;
    if (!present || present == edition || present->name() != edition->name() ||
        present->file().file != edition->file().file)
      continue;
    auto policy = edition->policy(session->subject().environment);
    if (!policy) {
      mistakes.push_back(policy.error().text() + " (in session " + std::to_string(session->number()) + ")");
      continue;
    }
    changes.push_back({std::move(session), std::make_shared<InForce>(edition, std::move(*policy))});
  }
  return changes;
}

control::Changed RunningService::describe(const Change& change) {
  control::Changed changed;
  changed.session = change.session->number();
  changed.generation = change.policy->edition->generation();
  const std::string session = "session " + std::to_string(changed.session);
  const auto& installed = change.session->subject().installed;
  if (!installed)
    changed.needs_restart.push_back("the filter of " + session +
                                    " was made by another program; it decides itself what it doesn't trap");
  else
    for (const StillDecided& call :
         still_decided(*installed, *change.policy->policy, !change.session->subject().container.empty()))
      changed.needs_restart.push_back(call.syscall + " is not trapped in " + session +
                                      "; its filter still decides it: " + call.how);
  return changed;
}

// Named policies change together or not at all. If all are read, a policy with a mistake keeps only its own old
// version.
Result<std::vector<control::Reloaded>> RunningService::reload(const std::vector<std::string>& names) {
  std::lock_guard one_at_a_time(changing_);
  std::vector<Catalogue::Reading> readings;
  if (names.empty())
    readings = reception_.catalogue.read_all();
  else
    for (const std::string& name : names) readings.push_back(reception_.catalogue.read(name));

  std::vector<std::vector<Change>> changes;
  bool all_fine = true;
  for (Catalogue::Reading& reading : readings) {
    if (reading.gone && names.empty()) reading.mistakes.clear();  // removed: no new target gets that policy
    changes.emplace_back();
    if (reading.changed) changes.back() = prepare(reading.edition, reading.mistakes);
    all_fine = all_fine && reading.mistakes.empty();
    remember(reading.name, reading.mistakes);
  }
  std::vector<control::Reloaded> replies;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const bool may_change = readings[i].mistakes.empty() && (all_fine || names.empty());
    replies.push_back(may_change ? apply(readings[i], changes[i]) : keep(readings[i]));
  }
  return replies;
}

control::Reloaded RunningService::keep(const Catalogue::Reading& reading) const {
  control::Reloaded reply;
  reply.policy = reading.name;
  reply.file = reading.file;
  reply.mistakes = reading.mistakes;
  if (const auto present = reception_.catalogue.find(reading.name)) {
    reply.sha = (*present)->file().sha;
    reply.generation = (*present)->generation();
  }
  return reply;
}

// For an edition that was already in force, because a changed file was noticed before the request: what still needs a
// restart.
control::Reloaded RunningService::still_undone(control::Reloaded reply,
                                               const std::shared_ptr<const Edition>& edition) const {
  for (const auto& session : reception_.sessions()) {
    Change change{session, session->in_force()};
    if (!edition || change.policy->edition != edition) continue;
    if (control::Changed undone = describe(change); !undone.needs_restart.empty())
      reply.sessions.push_back(std::move(undone));
  }
  return reply;
}

control::Reloaded RunningService::apply(const Catalogue::Reading& reading,
                                        const std::vector<Change>& changes) {
  reception_.catalogue.put({reading});
  control::Reloaded reply = keep(reading);
  if (!reading.changed) return still_undone(std::move(reply), reading.edition);
  reply.changed = true;
  reception_.services.log.policy(reading.edition->policy_record());
  std::vector<std::string> too_late;
  const auto put = [&](const std::vector<Change>& all) {
    for (const Change& change : all) {
      change.session->put_in_force(change.policy);
      reply.sessions.push_back(describe(change));
    }
  };
  put(changes);
  put(prepare(reading.edition, too_late));  // for sessions that started meanwhile
  return reply;
}

void RunningService::remember(const std::string& policy, const std::vector<std::string>& mistakes) {
  std::lock_guard lock(remarks_mutex_);
  if (mistakes.empty())
    remarks_.erase(policy);
  else
    remarks_[policy] = mistakes;
}

std::string RunningService::events() const { return std::string(reception_.services.loop.engine()); }

std::vector<std::string> RunningService::remarks() const {
  std::vector<std::string> all;
  std::lock_guard lock(remarks_mutex_);
  for (const auto& [policy, mistakes] : remarks_) all.insert(all.end(), mistakes.begin(), mistakes.end());
  return all;
}

Result<control::Reloaded> RunningService::set_policy(std::uint32_t number, const std::string& file,
                                                     const std::string& text) {
  std::lock_guard one_at_a_time(changing_);
  const auto session = reception_.session(number);
  if (!session) return no_such(number);
  control::Reloaded reply;
  reply.file = file;
  PolicyFile policy_file = policy_file_of(file, text);
  reply.policy = policy_file.name();
  reply.mistakes = mistakes_in(policy_file);
  if (!reply.mistakes.empty()) return reply;
  const auto edition = reception_.catalogue.edition_of(std::move(policy_file));
  auto policy = edition->policy(session->subject().environment);
  if (!policy) {
    reply.mistakes.push_back(policy.error().text());
    return reply;
  }
  reply.sha = edition->file().sha;
  reply.generation = edition->generation();
  reply.changed = true;
  reception_.services.log.policy(edition->policy_record());
  const Change change{session, std::make_shared<InForce>(edition, std::move(*policy))};
  session->put_in_force(change.policy);
  reply.sessions.push_back(describe(change));
  return reply;
}

Result<std::uint32_t> RunningService::kill(std::uint32_t number) {
  const auto session = reception_.session(number);
  if (!session) return no_such(number);
  return kill_processes_of(*session);
}

}  // namespace scsup

#include "supervisor/service/reloads.h"

#include "base/say.h"
#include "supervisor/catalogue/catalogue.h"

namespace scsup {

namespace {

void tell(const control::Reloaded& policy) {
  for (const std::string& mistake : policy.mistakes) say_line(Severity::error, mistake);
  if (!policy.mistakes.empty())
    say(Severity::error, "policy '" + policy.policy + "' has mistakes; what was in force stays so");
  if (!policy.changed) return;
  const std::size_t sessions = policy.sessions.size();
  say(Severity::notice, "policy '" + policy.policy + "' has changed (generation " +
                            std::to_string(policy.generation) + "); " + std::to_string(sessions) +
                            (sessions == 1 ? " session has it now" : " sessions have it now"));
  for (const control::Changed& session : policy.sessions)
    for (const std::string& sentence : session.needs_restart) say(Severity::warning, sentence);
}

}  // namespace

void Reloads::request() {
  {
    std::lock_guard lock(mutex_);
    again_ = true;
    if (working_) return;
    working_ = true;
  }
  workers_.submit([this] { work(); });
}

void Reloads::work() {
  manager_.reloading();
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (!again_) {
        working_ = false;
        break;
      }
      again_ = false;
    }
    const auto replies = service_.reload({});
    if (!replies)
      say(Severity::error, replies.error().text());
    else
      for (const control::Reloaded& policy : *replies) tell(policy);
  }
  manager_.ready(status_());
}

Result<std::shared_ptr<DirectoryWatch>> watch_policies(const Catalogue& catalogue, Reloads& reloads) {
  auto watch = DirectoryWatch::create([&reloads](const DirectoryWatch::Changes&) { reloads.request(); });
  if (!watch) return failed(watch.error());
  auto watched = catalogue.is_single() ? (*watch)->watch_file(catalogue.single_file())
                                       : (*watch)->watch_directory(catalogue.directory(), ".json");
  if (!watched) return failed(watched.error());
  return std::move(*watch);
}

}  // namespace scsup

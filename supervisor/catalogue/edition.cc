#include "supervisor/catalogue/edition.h"

#include <algorithm>

namespace scsup {

Edition::Edition(PolicyFile file, std::uint64_t generation)
    : file_(std::move(file)),
      generation_(generation),
      record_("\"sha\":\"" + file_.sha.substr(0, 16) + "\",\"gen\":" + std::to_string(generation)) {}

PolicyRecord Edition::policy_record() const {
  PolicyRecord record;
  record.name = name();
  record.file = file_.file;
  record.text = file_.text;
  record.sha = file_.sha;
  record.generation = generation_;
  return record;
}

Result<std::shared_ptr<const Policy>> Edition::policy(const Environment& environment) const {
  {
    std::lock_guard lock(mutex_);
    const auto made = std::ranges::find(made_, environment, &decltype(made_)::value_type::first);
    if (made != made_.end()) return made->second;
  }
  Built built = build(file_.parsed.document, file_.file, environment);
  for (const Diagnostic& diagnostic : built.diagnostics)
    if (diagnostic.severity == Diagnostic::Severity::error) return failed(0, render(file_.file, diagnostic));
  std::lock_guard lock(mutex_);
  if (made_.size() == most_remembered) made_.erase(made_.begin());
  made_.emplace_back(environment, built.policy);
  return built.policy;
}

}  // namespace scsup

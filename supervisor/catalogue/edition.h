// One reading of a policy file: the text as it was then, and the policy that is made from it for each target's
// environment. Immutable except for its cache; sessions share it. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "supervisor/audit/record.h"
#include "supervisor/catalogue/policy_file.h"

namespace scsup {

class Edition {
 public:
  // `generation` counts the editions that the supervisor has read, of all policies together.
  Edition(PolicyFile file, std::uint64_t generation);

  const PolicyFile& file() const { return file_; }
  std::uint64_t generation() const { return generation_; }
  std::string name() const { return file_.name(); }
  // Members of "policy" in the audit: "sha":"<16 hex digits>","gen":N
  const std::string& record() const { return record_; }
  // All of it, for the audit.
  PolicyRecord policy_record() const;

  // The policy for targets of that environment; the same object for the same environment. The Error is the first
  // mistake, with its place: some appear only in a certain environment (a capability, a home directory).
  Result<std::shared_ptr<const Policy>> policy(const Environment& environment) const;

 private:
  static constexpr std::size_t most_remembered = 64;

  const PolicyFile file_;
  const std::uint64_t generation_;
  const std::string record_;
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<Environment, std::shared_ptr<const Policy>>> made_;
};

}  // namespace scsup

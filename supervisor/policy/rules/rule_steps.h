// The `supervise` part of a policy as steps per call.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "supervisor/policy/document/document.h"
#include "supervisor/policy/rules/environment.h"
#include "supervisor/policy/rules/profile_steps.h"
#include "supervisor/policy/rules/steps.h"

namespace scsup {

// What `supervise.default` says; without one, deny.
const Ruling* default_ruling(const Supervise& supervise, PolicyTables& tables);

class RuleSteps {
 public:
  // Sets tables.paths and tables.performs_confined; needs tables.abis.
  RuleSteps(const Supervise& supervise, const Environment& environment, const Ruling* fallback,
            PolicyTables& tables, Diagnostics& diagnostics);

  // The steps for one call, in front of the Docker part's `after`. If a rule names the whole call, the steps end with
  // the default of `supervise`. If rules name only parts (of unlinkat(2), single calls inside socketcall(2) and
  // ipc(2)), `after` follows.
  std::vector<Step> steps(CallKey key, std::vector<Step> after) const;
  std::vector<CallKey> named() const;
  bool names(CallKey key) const { return found_.contains(key); }

 private:
  struct Found {
    std::vector<Step> steps;
    std::vector<Comparison> inner;  // parts of this call that rules name
    bool whole = false;             // named itself
    bool closed = false;            // a step without any condition was added: nothing below it is reached
  };
  void add(const Rule& rule, std::uint32_t index);
  void add(const Rule& rule, std::uint32_t index, const Named& named, const Ruling* ruling);
  void add(CallKey key, const Rule& rule, std::uint32_t index, std::optional<Conditions> conditions,
           const Ruling* ruling);
  bool add_globs(const Rule& rule, std::uint32_t index, const GlobNames& names);
  const Ruling* ruling(const Rule& rule);
  void error(Place place, std::string message);

  const AuditScope scope_;
  const Ruling* fallback_;
  PolicyTables& tables_;
  Diagnostics& diagnostics_;
  std::vector<PathSet::Entry> globs_;
  std::size_t pattern_bytes_ = 0;
  std::map<CallKey, Found> found_;
};

}  // namespace scsup

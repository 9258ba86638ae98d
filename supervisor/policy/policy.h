// A policy that is ready to decide: a Document resolved for one environment.
//
// Immutable and shared: sessions hold a std::shared_ptr<const Policy>; decide() may be called from any thread. Pure:
// no I/O, no clock. Everything about the machine is in Environment.
//
// A call that a rule of `supervise` names is decided by `supervise` alone: first matching rule, else its
// default. Every other call is decided by the Docker part, as libseccomp would: an unconditional entry wins
// over conditional ones, else the first entry in file order whose args hold, else defaultAction. Calls that
// i386 also has inside socketcall(2) and ipc(2) are covered there too.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "supervisor/policy/document/document.h"
#include "supervisor/policy/rules/decision.h"
#include "supervisor/policy/rules/environment.h"
#include "supervisor/seccomp/call.h"
#include "supervisor/seccomp/filter.h"

namespace scsup {

struct Built;
struct PolicyTables;  // steps.h

class Policy {
 public:
  ~Policy();

  // The decision for `call`. `object` is the resolved path, or nullptr while it isn't known: then the result is
  // std::nullopt if a rule has to see it first. With an object there is always a decision. An empty object means
  // "resolved, but has no path" (a pipe): it matches no glob.
  std::optional<Decision> decide(const Call& call, const std::string_view* object) const;

  const FilterPlan& filter() const;
  const PolicyTables& tables() const { return *tables_; }  // for policy/ only

 private:
  friend Built build(const Document&, const std::string&, const Environment&);
  friend std::string show(const Document&, const std::string&, const Environment&);
  explicit Policy(std::unique_ptr<const PolicyTables> tables);

  std::unique_ptr<const PolicyTables> tables_;
};

struct Built {
  std::shared_ptr<const Policy> policy;  // null if there are errors
  Diagnostics diagnostics;               // warnings too: names skipped, rules never reached
};

// `file` names the policy in places ("policies/no-mkdir.json").
Built build(const Document& document, const std::string& file, const Environment& environment);

// The output of `scsup policy show`: for each syscall and ABI where it is decided and by what.
std::string show(const Document& document, const std::string& file, const Environment& environment);

}  // namespace scsup

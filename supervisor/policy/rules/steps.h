// A policy in its final form: for each call of each ABI, a list of steps read from the top. decide(), the filter plan
// and `policy show` all read the same steps, so they can't disagree. Inside policy/ only.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "supervisor/policy/paths/approach.h"
#include "supervisor/policy/paths/path_set.h"
#include "supervisor/policy/rules/decision.h"
#include "supervisor/seccomp/filter.h"
#include "supervisor/seccomp/syscalls.h"

namespace scsup {

using Registers = std::array<std::uint64_t, 6>;

struct Condition {
  std::vector<Comparison> any_of;
  bool operator==(const Condition&) const = default;
};
using Conditions = std::vector<Condition>;  // and-ed; empty: always

// To sort comparisons by.
inline auto order_of(const Comparison& c) { return std::tuple(c.arg, c.op, c.value, c.mask); }

bool hold(const Conditions& conditions, const Registers& registers);

struct Ruling {
  Decision decision;         // as decide() returns it, except looked_at_object and a watched call's `record`
  std::uint32_t kernel = 0;  // the filter's action with the same effect; SECCOMP_RET_USER_NOTIF: only the
                             // supervisor can do it, or it needs a record
};

struct Step {
  Conditions all_of;
  bool looks_at_path = false;
  std::uint32_t rule = 0;          // looks_at_path: the index in PathSet
  const Ruling* ruling = nullptr;  // owned by PolicyTables
};

struct CallSteps {
  Abi abi = Abi::x86_64;
  std::uint32_t nr = 0;              // x32 with its bit
  const Syscall* syscall = nullptr;  // never null
  bool watched = false;              // never let through unseen: trapped instead
  bool supervised = false;           // named by a rule
  const Origin* trap = nullptr;      // supervise.trap, if it names the call: trapped whatever the decision
  std::vector<Comparison> traps_inside;  // socketcall, ipc: only if one of these holds
  std::vector<Step> steps;               // the last one has no conditions and no path

  // Made by index_steps(): positions in `steps`.
  std::vector<std::uint32_t> registers_only;
  std::vector<std::uint32_t> asks;  // for each distinct condition of a step with a path: the first such step
  std::vector<std::uint32_t> with_path;  // ascending, so ascending by rule as well
  void index_steps();
};

struct PolicyTables {
  std::string file;
  std::vector<Abi> abis;
  std::deque<Origin> origins;  // deques: pointers into them stay valid
  std::deque<Ruling> rulings;
  std::deque<CallSteps> calls;
  std::array<std::vector<const CallSteps*>, abi_count> by_number;  // x32 without its bit; null: `fallback`
  const Ruling* fallback = nullptr;                                // defaultAction
  const Ruling* not_admitted = nullptr;                            // a call through another ABI
  const Origin* watch = nullptr;
  PathSet paths;
  Approach approach;               // of every rule that allows or emulates
  bool performs_confined = false;  // calls that Landlock can forbid, or a later policy may perform such calls
  FilterPlan plan;

  const Origin* add_origin(Origin origin) { return &origins.emplace_back(std::move(origin)); }
  const Ruling* add_ruling(Ruling ruling) { return &rulings.emplace_back(std::move(ruling)); }
  bool admits(Abi abi) const;
  const CallSteps* find(Abi abi, std::uint32_t nr) const;
  void index_calls();
};

}  // namespace scsup

// What a new policy decides on recorded calls, compared with what was done: changed, unchanged, or not known from the
// record.
#pragma once

#include <deque>
#include <set>
#include <string>

#include "analysis/explain/policy_shelf.h"
#include "analysis/explain/rebuilt_policy.h"
#include "analysis/explain/recorded_call.h"

namespace scsup::analysis {

struct Judged {
  enum class Kind : std::uint8_t { unchanged, changed, untold };
  Kind kind = Kind::unchanged;
  std::string from, to;  // changed: "allow", "deny EPERM"; printable
  std::string by;        // changed: the part of the new policy that decides, "rule x at p.json:3:4"
  std::string why;       // untold: "their path was not resolved"
};

class Judging {
 public:
  Judging(std::string file, std::string text) : file_(std::move(file)), text_(std::move(text)) {}

  // For a `call` or a `task` that `shelf` has seen. Fails with the first mistake in the new policy.
  Result<Judged> judge(const Record& record, const PolicyShelf& shelf);

  // Sentences: what the new policy depends on and the log doesn't say.
  const std::set<std::string>& unsure() const { return unsure_; }
  // Calls that the filters of the log's policies decided by themselves, so that they never reached the log, but that
  // the new policy decides otherwise: "chmod (allow)".
  const std::set<std::string>& decided_by_filters() const { return by_filters_; }

 private:
  // The policy that decided, and the new one, for the same environment.
  struct Pair {
    const LoggedPolicy* logged = nullptr;
    Surroundings where;
    std::shared_ptr<const Policy> old;  // null: the log doesn't contain it
    RebuiltPolicy wanted;
  };
  static constexpr std::size_t most_pairs = 64;  // cached; more are made again and again

  Result<const Pair*> pair_for(const Record& record, const PolicyShelf& shelf);

  const std::string file_, text_;
  std::deque<Pair> pairs_;
  std::set<std::string> unsure_, by_filters_;
};

}  // namespace scsup::analysis

// scsup-audit coverage: the policies of a log, and how often each rule decided.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "analysis/command.h"
#include "analysis/explain/covered_policy.h"
#include "analysis/read/reading.h"
#include "base/printable.h"
#include "cli/terminal.h"

namespace scsup::analysis {
namespace {

constexpr const char* coverage_usage =
    "Usage: scsup-audit coverage [OPTION...] [LOG...]\n"
    "\n"
    "Each policy of the log as it is written, with how many calls each rule, entry and default decided in "
    "the\n"
    "margin. unused: it decided none. filter: the filter decides its calls, and they are not recorded;\n"
    "unused?: some of them. no part: it decides nothing here. LOG as for summary.\n";

class Coverage {
 public:
  void add(const Record& record) {
    shelf_.add(record);
    if (record.type != Type::call) return;
    if (record.rule.starts_with('@')) {
      if (builtin_.size() < most_kinds || builtin_.contains(record.rule))
        builtin_[std::string(record.rule)] += record.calls();
      return;
    }
    const LoggedPolicy* const policy = shelf_.find(record);
    if (!policy) {
      without_policy_ += record.calls();
      return;
    }
    Used& used = used_[policy];
    used.where = shelf_.surroundings(record);
    const auto hit = used.hits.find(record.rule_at);
    if (hit != used.hits.end())
      hit->second += record.calls();
    else if (kinds_ < most_kinds)
      ++kinds_, used.hits.emplace(record.rule_at, record.calls());
    else
      left_out_ += record.calls();
  }

  // For policies with the same text the counts are added up.
  template <class Show>
  void each(Show&& show) const {
    std::vector<const LoggedPolicy*> shown;
    for (const LoggedPolicy& policy : shelf_.all()) {
      const auto same = [&](const LoggedPolicy& one) {
        return one.file == policy.file && one.text == policy.text;
      };
      if (std::any_of(shown.begin(), shown.end(), [&](const LoggedPolicy* one) { return same(*one); }))
        continue;
      shown.push_back(&policy);
      Used all;
      for (const auto& [one, used] : used_)
        if (same(*one)) {
          all.where = used.where;
          for (const auto& [at, calls] : used.hits) all.hits[at] += calls;
        }
      show(policy, rebuild(policy.file, policy.text, all.where), all.hits);
    }
  }
  bool is_empty() const { return shelf_.all().empty(); }
  bool whole() const { return without_policy_ == 0 && left_out_ == 0 && !shelf_.full(); }
  const Hits& builtin() const { return builtin_; }
  std::vector<std::string> notes() const {
    std::vector<std::string> notes;
    if (without_policy_ != 0)
      notes.push_back(std::to_string(without_policy_) +
                      " calls were decided by a policy that the log doesn't hold.");
    if (left_out_ != 0)
      notes.push_back(std::to_string(left_out_) + " calls are left out: they name too many places.");
    if (shelf_.full()) notes.emplace_back("The log holds more policies than are looked at.");
    return notes;
  }

 private:
  static constexpr std::size_t most_kinds = 65536;
  struct Used {
    Surroundings where;
    Hits hits;
  };
  PolicyShelf shelf_;
  std::map<const LoggedPolicy*, Used> used_;
  Hits builtin_;
  std::uint64_t without_policy_ = 0, left_out_ = 0;
  std::size_t kinds_ = 0;
};

void print_json(const Coverage& coverage) {
  nlohmann::json policies = nlohmann::json::array();
  coverage.each([&](const LoggedPolicy& policy, const Result<RebuiltPolicy>& made, const Hits& hits) {
    nlohmann::json one = {
        {"name", policy.name}, {"file", policy.file}, {"sha", policy.sha}, {"gen", policy.generation}};
    if (!made) {
      one["error"] = made.error().text();
    } else {
      one["parts"] = nlohmann::json::array();
      for (const CoveredPart& part : covered(*made, hits))
        one["parts"].push_back({{"words", part.words},
                                {"at", render(policy.file, part.place)},
                                {"calls", part.calls},
                                {"state", word(part.state)}});
    }
    policies.push_back(std::move(one));
  });
  const nlohmann::json all = {
      {"policies", policies}, {"not_by_a_policy", coverage.builtin()}, {"notes", coverage.notes()}};
  std::puts(all.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).c_str());
}

void print_text(const Coverage& coverage) {
  coverage.each([&](const LoggedPolicy& policy, const Result<RebuiltPolicy>& made, const Hits& hits) {
    std::printf("%s (sha %s)\n", printable(policy.file).c_str(), printable(policy.sha.substr(0, 16)).c_str());
    if (!made) {
      std::printf("it can't be used: %s\n\n", made.error().text().c_str());
      return;
    }
    const std::vector<CoveredPart> parts = covered(*made, hits);
    print_lines(with_margin(made->text, parts));
    for (const CoveredPart& part : parts)
      if (part.calls != 0 && part.place.line == 0)
        std::printf("%8s  %s\n", std::to_string(part.calls).c_str(), part.words.c_str());
    std::puts("");
  });
  for (const auto& [id, calls] : coverage.builtin())
    std::printf("%8s  %s, which no policy decides\n", std::to_string(calls).c_str(), printable(id).c_str());
  if (coverage.is_empty()) std::puts("the log holds no policy");
  print_lines(coverage.notes());
}

}  // namespace

int command_coverage(const Arguments& arguments) {
  Reading reading(coverage_usage, arguments, {});
  if (reading.helped()) return 0;
  Source source = open_logs(reading.options().rest());
  Coverage coverage;
  reading.all(source, 1, [&](unsigned, const Record& record, const Place&) {
    if (record.type != Type::call || reading.filter().passes(record)) coverage.add(record);
  });
  if (reading.json())
    print_json(coverage);
  else
    print_text(coverage);
  const int status = reading.finish(source);
  return status == 0 && !coverage.whole() ? partly_read : status;
}

}  // namespace scsup::analysis

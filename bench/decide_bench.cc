// The cost of one decision on a resolved path, with 10 and with 10,000 path rules; prints nanoseconds per decision.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "supervisor/policy/policy.h"

namespace {

using namespace scsup;

std::shared_ptr<const Policy> policy_of(int rules, const std::string& before, const std::string& after) {
  Document document;
  Supervise& supervise = document.supervise.emplace();
  for (int i = 0; i < rules; ++i) {
    Rule rule;
    rule.place = {static_cast<std::uint32_t>(i + 1), 1};
    rule.syscalls = {{"@mkdir", {}}};
    rule.paths = {{before + std::to_string(i) + after, {}}};
    rule.action = RuleAction::allow;
    supervise.rules.push_back(std::move(rule));
  }
  return build(document, "bench.json", {}).policy;
}

// The median of several runs, so that one interrupted run doesn't count.
double nanoseconds(const Policy& policy, const Call& call, const std::vector<std::string>& paths) {
  std::vector<double> runs;
  constexpr int decisions = 40000;
  for (int run = 0; run < 7; ++run) {
    int allowed = 0;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < decisions; ++i) {
      const std::string_view object = paths[static_cast<std::size_t>(i) % paths.size()];
      allowed += policy.decide(call, &object)->act == Act::allow;
    }
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    if (allowed < 0) std::puts("");
    runs.push_back(took.count() / decisions);
  }
  std::sort(runs.begin(), runs.end());
  return runs[runs.size() / 2];
}

}  // namespace

int main() {
  Call call;
  call.syscall = find_syscall("mkdir");
  call.nr = static_cast<std::uint32_t>(call.syscall->number(Abi::x86_64));
  const struct {
    const char *label, *before, *after;
  } shapes[] = {{"/data/dirN/**", "/data/dir", "/**"},
                {"/data/dirN/*.c", "/data/dir", "/*.c"},
                {"/**/*.extN", "/**/*.ext", ""}};
  std::printf("%-16s %10s %10s %7s   %s\n", "ns a decision", "10 rules", "10,000", "ratio", "path");
  for (const auto& [label, before, after] : shapes) {
    const std::string last = std::string(after) == "" ? "" : "/a/b.c";
    for (const bool spread : {false, true}) {
      double cost[2];
      int column = 0;
      for (const int rules : {10, 10000}) {
        const auto begin = std::chrono::steady_clock::now();
        const auto policy = policy_of(rules, before, after);
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
        if (rules == 10000 && !spread)
          std::printf("(%s: 10,000 rules built in %.0f ms)\n", label, took.count());
        std::vector<std::string> paths;
        for (int i = 0; i < (spread ? 10 : 1); ++i)
          paths.push_back(std::string(after).empty()
                              ? "/data/x.ext" + std::to_string(i * rules / 10 + 7 % rules)
                              : before + std::to_string(i * rules / 10) + last);
        cost[column++] = nanoseconds(*policy, call, paths);
      }
      std::printf("%-16s %10.0f %10.0f %7.2f   %s\n", label, cost[0], cost[1], cost[1] / cost[0],
                  spread ? "ten in turn" : "one");
    }
  }
}

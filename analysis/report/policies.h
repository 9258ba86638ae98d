// The policies in a log, and how often each place in them decided.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "analysis/read/record.h"
#include "analysis/report/counter.h"

namespace scsup::analysis {

struct ReportedPolicy {
  std::string file, sha, text;
  std::map<std::string, std::uint64_t, std::less<>> hits;  // by the place as in records: "p.json:6:7"
};

// A place that can decide, in a policy's text.
struct ReportedPart {
  std::uint32_t line = 0;
  std::string words;  // "no-mkdir", "default"
  std::string text;   // of a rule, as written; cut if it is long
  std::uint64_t calls = 0;
  bool is_rule = false;  // below `supervise`: each call that gets here is in the log
};

class ReportedPolicies {
 public:
  static constexpr std::size_t most = 32;          // policies
  static constexpr std::size_t most_hits = 16384;  // places

  void add(const Record& record);
  void add(const ReportedPolicies& other);
  // Those with known text first, then by number of calls.
  std::vector<const ReportedPolicy*> rows() const;

 private:
  ReportedPolicy* of(std::string_view sha);
  void hit(ReportedPolicy& policy, std::string_view at, std::uint64_t times);

  std::map<std::string, ReportedPolicy, std::less<>> policies_;  // by the first digits of their sha
  std::size_t places_ = 0;
};

// In the order of the text.
std::vector<ReportedPart> parts(const ReportedPolicy& policy);

// 6 for "a:b/p.json:6:7"; 0: it has no line.
std::uint32_t line_of_place(std::string_view at);

}  // namespace scsup::analysis

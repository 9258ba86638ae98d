// The policies that a log holds, and how often each place of them decided.
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
  std::map<std::string, std::uint64_t, std::less<>> hits;  // by what records call the place: "p.json:6:7"
};

// A place that can decide, in a policy's text.
struct ReportedPart {
  std::uint32_t line = 0;
  std::string words;  // "no-mkdir", "default"
  std::string text;   // of a rule, as it is written; cut when it is long
  std::uint64_t calls = 0;
  bool is_rule = false;  // below `supervise`: each call that comes here is in the log
};

class ReportedPolicies {
 public:
  static constexpr std::size_t most = 32;          // policies
  static constexpr std::size_t most_hits = 16384;  // places

  void add(const Record& record);
  void add(const ReportedPolicies& other);
  // Those whose text is known first, the most calls first.
  std::vector<const ReportedPolicy*> rows() const;

 private:
  ReportedPolicy* of(std::string_view sha);
  void hit(ReportedPolicy& policy, std::string_view at, std::uint64_t times);

  std::map<std::string, ReportedPolicy, std::less<>> policies_;  // by the beginning of their sha
  std::size_t places_ = 0;
};

// In the order of the text.
std::vector<ReportedPart> parts(const ReportedPolicy& policy);

// "6" of "a:b/p.json:6:7"; 0: it has none.
std::uint32_t line_of_place(std::string_view at);

}  // namespace scsup::analysis

#include "analysis/report/policies.h"

#include <algorithm>
#include <charconv>

#include "supervisor/policy/document/parse.h"

namespace scsup::analysis {
namespace {

constexpr std::size_t sha_size = 16;   // digits of it in calls
constexpr std::size_t longest = 2000;  // bytes of a rule that are shown

// The JSON object that begins at `place`.
std::string object_at(std::string_view text, scsup::Place place) {
  for (std::uint32_t line = 1; line < place.line; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return "";
    text.remove_prefix(end + 1);
  }
  if (place.line == 0 || place.column == 0 || place.column > text.size()) return "";
  text.remove_prefix(place.column - 1);
  int depth = 0;
  bool in_string = false;
  std::size_t end = 0;
  for (; end < text.size() && end < longest; ++end) {
    const char c = text[end];
    if (in_string && c == '\\') {
      ++end;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '{' || c == '[')) {
      ++depth;
    } else if (!in_string && (c == '}' || c == ']') && --depth <= 0) {
      return std::string(text.substr(0, end + 1));
    }
  }
  return std::string(text.substr(0, end)) + (end < text.size() ? " ..." : "");
}

}  // namespace

ReportedPolicy* ReportedPolicies::of(std::string_view sha) {
  const std::string_view key = sha.substr(0, sha_size);
  if (const auto found = policies_.find(key); found != policies_.end()) return &found->second;
  if (policies_.size() >= most) return nullptr;
  return &policies_[std::string(key)];
}

void ReportedPolicies::hit(ReportedPolicy& policy, std::string_view at, std::uint64_t times) {
  if (const auto found = policy.hits.find(at); found != policy.hits.end())
    found->second += times;
  else if (places_ < most_hits)
    ++places_, policy.hits.emplace(at, times);
}

void ReportedPolicies::add(const Record& record) {
  const bool holds_text = record.type == Type::run || record.type == Type::policy;
  if (record.policy_sha.empty() || (!holds_text && record.type != Type::call)) return;
  ReportedPolicy* const policy = of(record.policy_sha);
  if (!policy) return;
  if (record.type == Type::call) {
    if (!record.rule_at.empty()) hit(*policy, record.rule_at, record.calls());
  } else if (policy->text.empty()) {
    policy->file = record.file;
    policy->sha = record.policy_sha;
    policy->text = record.text;
  }
}

void ReportedPolicies::add(const ReportedPolicies& other) {
  for (const auto& [key, theirs] : other.policies_) {
    ReportedPolicy* const policy = of(key);
    if (!policy) continue;
    if (policy->text.empty()) {
      policy->file = theirs.file;
      policy->sha = theirs.sha;
      policy->text = theirs.text;
    }
    for (const auto& [at, times] : theirs.hits) hit(*policy, at, times);
  }
}

std::vector<const ReportedPolicy*> ReportedPolicies::rows() const {
  const auto calls = [](const ReportedPolicy* policy) {
    std::uint64_t sum = 0;
    for (const auto& [at, times] : policy->hits) sum += times;
    return sum;
  };
  std::vector<const ReportedPolicy*> rows;
  for (const auto& [key, policy] : policies_) rows.push_back(&policy);
  std::ranges::stable_sort(rows, [&](const ReportedPolicy* a, const ReportedPolicy* b) {
    if (a->text.empty() != b->text.empty()) return b->text.empty();
    return calls(a) > calls(b);
  });
  return rows;
}

std::vector<ReportedPart> parts(const ReportedPolicy& policy) {
  std::vector<ReportedPart> all;
  const Document document = parse(policy.text).document;
  const auto add = [&](std::string words, scsup::Place place, bool is_rule) {
    const auto hit = policy.hits.find(render(policy.file, place));
    ReportedPart part{place.line, std::move(words), is_rule ? object_at(policy.text, place) : "", 0, is_rule};
    if (hit != policy.hits.end()) part.calls = hit->second;
    if (part.line != 0 && (is_rule || part.calls != 0)) all.push_back(std::move(part));
  };
  if (document.profile.default_action) add("defaultAction", document.profile.default_action->place, false);
  for (const ProfileEntry& entry : document.profile.entries) add("entry", entry.place, false);
  if (document.supervise) {
    if (document.supervise->fallback)
      add("default", document.supervise->fallback->place, false);
    else
      add("no default", document.supervise->place, false);
    for (const Rule& rule : document.supervise->rules)
      add(rule.id.empty() ? "rule" : rule.id, rule.place, true);
  }
  std::ranges::stable_sort(all, {}, &ReportedPart::line);
  return all;
}

std::uint32_t line_of_place(std::string_view at) {
  const std::size_t column = at.rfind(':');
  if (column == std::string_view::npos || column == 0) return 0;
  const std::size_t line = at.rfind(':', column - 1);
  if (line == std::string_view::npos) return 0;
  std::uint32_t number = 0;
  const auto read = std::from_chars(at.data() + line + 1, at.data() + column, number);
  return read.ec == std::errc() && read.ptr == at.data() + column ? number : 0;
}

}  // namespace scsup::analysis

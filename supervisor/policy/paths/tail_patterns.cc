#include "supervisor/policy/paths/tail_patterns.h"

namespace scsup {
namespace {

// Below this, matching them one by one is as fast as the set, which allocates its result.
constexpr std::size_t few = 8;

re2::RE2::Options options() {
  re2::RE2::Options result(re2::RE2::DefaultOptions);
  result.set_log_errors(false);
  result.set_never_capture(true);
  return result;
}

}  // namespace

Result<std::shared_ptr<const re2::RE2>> CompiledPatterns::get(const std::string& pattern) {
  auto& slot = known_[pattern];
  if (!slot) {
    auto fresh = std::make_shared<const re2::RE2>(pattern, options());
    if (!fresh->ok()) return failed(0, "cannot compile a path pattern: " + fresh->error());
    slot = std::move(fresh);
  }
  return slot;
}

Result<void> TailPatterns::compile(CompiledPatterns& compiled, std::int64_t automaton_bytes) {
  for (const auto& pattern : patterns_) {
    auto one = compiled.get(pattern);
    if (!one) return failed(one.error());
    each_.push_back(std::move(*one));
  }
  if (patterns_.size() > few) {
    re2::RE2::Options limited = options();
    limited.set_max_mem(automaton_bytes);
    auto set = std::make_unique<re2::RE2::Set>(limited, re2::RE2::ANCHOR_BOTH);
    bool usable = true;
    for (const auto& pattern : patterns_) usable = usable && set->Add(pattern, nullptr) >= 0;
    if (usable && set->Compile()) all_ = std::move(set);
  }
  patterns_ = {};
  return {};
}

void TailPatterns::match(std::string_view tail, std::pmr::vector<std::uint32_t>& rules) const {
  if (all_) {
    std::vector<int> hits;
    re2::RE2::Set::ErrorInfo error{};
    const bool any = all_->Match(tail, &hits, &error);
    if (any) {
      for (const int hit : hits) rules.push_back(rules_[static_cast<std::size_t>(hit)]);
      return;
    }
    if (error.kind == re2::RE2::Set::kNoError) return;
    // The automaton has run out of memory: "false" says nothing about the path.
  }
  for (std::size_t i = 0; i < each_.size(); ++i)
    if (re2::RE2::FullMatch(tail, *each_[i])) rules.push_back(rules_[i]);
}

}  // namespace scsup

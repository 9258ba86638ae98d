#include "analysis/explain/covered_policy.h"

#include <algorithm>
#include <cstdio>

#include "analysis/explain/text_patch.h"
#include "cli/units.h"

namespace scsup::analysis {
namespace {

using State = CoveredPart::State;

std::string mark(const CoveredPart& part) {
  switch (part.state) {
    case State::used:
      return human_count(part.calls);
    case State::unused:
      return "unused";
    case State::maybe_unused:
      return "unused?";
    case State::not_recorded:
      return "filter";
    case State::no_part:
      return "no part";
  }
  return "";
}

}  // namespace

std::string_view word(State state) {
  switch (state) {
    case State::used:
      return "used";
    case State::unused:
      return "unused";
    case State::maybe_unused:
      return "maybe unused";
    case State::not_recorded:
      return "not recorded";
    case State::no_part:
      return "no part";
  }
  return "";
}

std::vector<CoveredPart> covered(const RebuiltPolicy& policy, const Hits& hits) {
  const auto recorded = recorded_parts(*policy.policy);
  std::vector<CoveredPart> parts;
  const auto add = [&](const std::string& words, scsup::Place place) {
    const std::string at = render(policy.file, place);
    CoveredPart part{words, place, 0, State::no_part};
    if (const auto hit = hits.find(at); hit != hits.end()) part.calls = hit->second;
    if (part.calls != 0)
      part.state = State::used;
    else if (const auto shown = recorded.find(at); shown != recorded.end())
      part.state = shown->second == Recorded::always      ? State::unused
                   : shown->second == Recorded::sometimes ? State::maybe_unused
                                                          : State::not_recorded;
    parts.push_back(std::move(part));
  };
  const Profile& profile = policy.document.profile;
  add(profile.default_action ? "defaultAction" : "the absent defaultAction (allow)",
      profile.default_action ? profile.default_action->place : scsup::Place{});
  for (const ProfileEntry& entry : profile.entries) add("entry", entry.place);
  if (policy.document.supervise) {
    const Supervise& supervise = *policy.document.supervise;
    add(supervise.fallback ? "supervise.default" : "the absent supervise.default (deny EPERM)",
        supervise.fallback ? supervise.fallback->place : supervise.place);
    for (const Rule& rule : supervise.rules) add(rule.id.empty() ? "rule" : "rule " + rule.id, rule.place);
  }
  std::ranges::stable_sort(parts, {}, &CoveredPart::place);
  return parts;
}

std::vector<std::string> with_margin(const std::string& text, const std::vector<CoveredPart>& parts) {
  std::vector<std::string> lines;
  auto part = parts.begin();
  while (part != parts.end() && part->place.line == 0) ++part;
  std::uint32_t number = 1;
  for (std::string_view rest = text; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string marks;
    for (; part != parts.end() && part->place.line == number; ++part)
      marks += (marks.empty() ? "" : ", ") + mark(*part);
    char margin[16];
    std::snprintf(margin, sizeof margin, "%8s  ", marks.size() > 8 ? "" : marks.c_str());
    lines.push_back((marks.size() > 8 ? marks + "  " : margin) + printable_line(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return lines;
}

}  // namespace scsup::analysis

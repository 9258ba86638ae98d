#include "supervisor/audit/store/like_lines.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "supervisor/audit/json_line.h"

namespace scsup {
namespace {

constexpr std::string_view start_of_a_call = R"({"type":"call",)";
constexpr std::string_view start_of_an_amend = R"({"type":"amend",)";
constexpr std::string_view before_session = R"(,"session":)";
constexpr std::string_view before_duration = R"(,"dec_ns":)";
constexpr std::string_view end_of_a_line = "}\n";

// What follows `key` in `text`, up to the end of a number or word; "": it isn't there.
std::string_view value_of(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + key.size());
  return text.substr(0, text.find_first_of("\",}"));
}

std::optional<std::uint64_t> number(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<CallName> name_of(std::string_view members) {
  const auto session = number(value_of(members, before_session));
  const auto id = number(value_of(members, R"(,"id":"0x)"), 16);
  if (!session || !id) return std::nullopt;
  return CallName{static_cast<std::uint32_t>(*session), *id};
}

struct CallLine {
  CallName name;
  std::string_view begin, alike;  // begin: type and run; alike: from the session to before the duration
  std::string_view time;
  std::uint64_t mono_ns = 0, dec_ns = 0;
};

// As the renderer lays it out. A text of the target's can't pass for a member: its quotes are escaped.
std::optional<CallLine> call_line(const LogLine& line) {
  const std::string_view text = line.text;
  if (!text.starts_with(start_of_a_call) || !text.ends_with(end_of_a_line)) return std::nullopt;
  const std::size_t session = text.find(before_session, line.split), duration = text.rfind(before_duration);
  if (session == std::string_view::npos || duration == std::string_view::npos || duration < session)
    return std::nullopt;
  const std::string_view own = text.substr(line.split, session - line.split);
  const auto name = name_of(text.substr(line.split));
  const auto mono_ns = number(value_of(own, R"(,"mono_ns":)"));
  const std::size_t digits = duration + before_duration.size();
  const auto dec_ns = number(text.substr(digits, text.size() - end_of_a_line.size() - digits));
  if (!name || !mono_ns || !dec_ns) return std::nullopt;
  return CallLine{*name,
                  text.substr(0, line.split),
                  text.substr(session, duration - session),
                  value_of(own, R"(,"time":")"),
                  *mono_ns,
                  *dec_ns};
}

// Calls that are told by one line, the first one's.
struct Group {
  std::size_t place;
  std::string_view begin;
  CallLine last;
  std::uint64_t count = 1, sum_ns = 0, max_ns = 0;

  void add(const CallLine& call) {
    last = call;
    sum_ns += call.dec_ns;
    max_ns = std::max(max_ns, call.dec_ns);
  }
};

std::string told(const LogLine& first, const Group& group) {
  JsonLine members;
  members.number("count", static_cast<std::int64_t>(group.count)).word("last_time", group.last.time);
  members.number("last_mono_ns", static_cast<std::int64_t>(group.last.mono_ns));
  members.number("dec_ns_sum", static_cast<std::int64_t>(group.sum_ns));
  members.number("dec_ns_max", static_cast<std::int64_t>(group.max_ns));
  std::string text(first.text.substr(0, first.text.size() - end_of_a_line.size()));
  text += ',';
  text += members.view();
  return text += end_of_a_line;
}

}  // namespace

LikeLines::LikeLines(std::span<const LogLine> lines, std::vector<CallName> open) {
  std::vector<CallName>& alone = open;
  for (const LogLine& line : lines)
    if (line.text.starts_with(start_of_an_amend))
      if (const auto name = name_of(line.text)) alone.push_back(*name);
  std::ranges::sort(alone);

  std::vector<Group> groups;
  std::unordered_map<std::string_view, std::size_t> by_text;
  lines_.reserve(lines.size());
  places_.reserve(lines.size());
  for (const LogLine& line : lines) {
    const auto call = call_line(line);
    if (call && !std::ranges::binary_search(alone, call->name)) {
      const auto [found, is_new] = by_text.try_emplace(call->alike, groups.size());
      if (is_new) {
        groups.push_back({lines_.size(), call->begin, *call});
        groups.back().add(*call);
      } else if (Group& group = groups[found->second]; group.begin == call->begin) {
        ++group.count;
        group.add(*call);
        places_.push_back(group.place);
        continue;
      }
    }
    places_.push_back(lines_.size());
    lines_.push_back(line);
  }
  for (const Group& group : groups) {
    if (group.count == 1) continue;
    LogLine& line = lines_[group.place];
    line.text = made_.emplace_back(told(line, group));
    line.told = static_cast<std::uint32_t>(group.count);
  }
}

}  // namespace scsup

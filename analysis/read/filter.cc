#include "analysis/read/filter.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory_resource>

namespace scsup::analysis {
namespace {

std::optional<std::int64_t> number(const Options& given, const char* name) {
  const auto text = given.value(name);
  if (!text) return std::nullopt;
  std::int64_t value = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
  if (text->empty() || read.ec != std::errc() || read.ptr != text->data() + text->size())
    throw UsageError("--" + std::string(name) + " takes a number, not '" + *text + "'");
  return value;
}

// As in records, or the beginning of that: 2026-01-31T08:31, also with a space. Compared as text.
std::string moment(const Options& given, const char* name) {
  std::string text = given.value(name).value_or("");
  if (text.size() > 10 && text[10] == ' ') text[10] = 'T';
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
  for (std::size_t i = 0; i < text.size() && i < form.size(); ++i)
    if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
      throw UsageError("--" + std::string(name) + " takes a time like 2026-01-31T08:31:00, in UTC, not '" +
                       text + "'");
  return text;
}

PathSet paths(const std::string& glob) {
  const char* const home = std::getenv("HOME");
  const auto read = read_glob(glob, {home ? home : "", ""});
  if (!read) throw UsageError("--path " + glob + ": " + read.error());
  std::vector<PathSet::Entry> entries;
  for (const FlatGlob& one : *read) entries.push_back({0, one});
  auto made = PathSet::make(std::move(entries));
  if (!made) throw UsageError("--path " + glob + ": " + made.error().text());
  return std::move(*made);
}

bool is(const std::string& wanted, std::string_view had) { return wanted.empty() || wanted == had; }

// A program by its path or its last component.
bool is_program(const std::string& wanted, std::string_view exe) {
  if (wanted.empty() || wanted == exe) return true;
  return wanted.find('/') == std::string::npos && exe.ends_with(wanted) && exe.size() > wanted.size() &&
         exe[exe.size() - wanted.size() - 1] == '/';
}

}  // namespace

const std::vector<Option>& Filter::options() {
  static const std::vector<Option> all = {
      {"session", "N", "calls of that session"},
      {"container", "NAME", "calls of that container: its name or the beginning of its id"},
      {"pid", "N", "calls of that process"},
      {"exe", "PROGRAM", "calls of that program: its path or its name"},
      {"syscall", "NAME", "that call"},
      {"path", "GLOB", "calls on what matches, as in scsup-policy(5)"},
      {"act", "ACT", "allow, deny, emulate or kill"},
      {"rule", "ID", "calls that this rule decided"},
      {"errno", "NAME", "calls that were answered with it"},
      {"since", "TIME", "from then on (UTC): 2026-01-31T08:31"},
      {"until", "TIME", "before then"}};
  return all;
}

Filter::Filter(const Options& given)
    : session_(number(given, "session")),
      pid_(number(given, "pid")),
      container_(given.value("container").value_or("")),
      exe_(given.value("exe").value_or("")),
      syscall_(given.value("syscall").value_or("")),
      act_(given.value("act").value_or("")),
      rule_(given.value("rule").value_or("")),
      err_(given.value("errno").value_or("")),
      since_(moment(given, "since")),
      until_(moment(given, "until")) {
  if (const auto glob = given.value("path")) path_ = paths(*glob);
  constexpr std::string_view acts[] = {"", "allow", "deny", "emulate", "kill"};
  if (std::ranges::find(acts, act_) == std::end(acts))
    throw UsageError("--act takes allow, deny, emulate or kill, not '" + act_ + "'");
  empty_ = std::ranges::none_of(options(), [&](const Option& option) { return given.has(option.name); });
}

bool Filter::passes(const Record& record) const {
  if (empty_) return true;
  if (session_ && *session_ != record.session) return false;
  if (!container_.empty() && container_ != record.container_name &&
      !record.container_id.starts_with(container_))
    return false;
  if (!since_.empty() && record.last() < since_) return false;
  if (!until_.empty() && record.time >= until_) return false;
  return record.type != Type::call || passes_call(record);
}

bool Filter::passes_call(const Record& record) const {
  if (pid_ && *pid_ != record.pid) return false;
  if (!is_program(exe_, record.exe) || !is(syscall_, record.syscall) || !is(act_, record.act) ||
      !is(rule_, record.rule) || !is(err_, record.err))
    return false;
  if (!path_) return true;
  std::array<std::byte, 256> room;
  std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
  std::pmr::vector<std::uint32_t> matched(&memory);
  // A call that was decided before its path was followed has no resolved path: then the written one counts.
  if (!record.resolved.empty() || record.path.starts_with('/'))
    path_->match(record.object(), matched);
  else if (!record.path.empty() && !record.from_dirfd)
    path_->match(std::string(record.cwd) + "/" + std::string(record.path), matched);
  return !matched.empty();
}

}  // namespace scsup::analysis

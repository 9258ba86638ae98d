// scsup orphans: runs whose front was killed, and which go on without it.
//
// They are found in /proc by the supervisor's name, and its command line has the rest. A target can give itself such
// a name and is then listed: no process is touched here, and its words are printed escaped.
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <map>

#include "base/printable.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"
#include "supervisor/client/asking.h"
#include "supervisor/command/command.h"
#include "supervisor/command/run_options.h"
#include "supervisor/command/supervisor_name.h"
#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

const std::vector<Option> options = {{"json", nullptr, "one line of JSON for each"}};
constexpr const char* usage =
    "Usage: scsup orphans [--json]\n"
    "\n"
    "Your runs (for root: everybody's) that go on although their scsup was killed: the supervisor that\n"
    "stays with them, the command (-: it has ended, others that it left go on), their age, the policy\n"
    "and the command line. `kill SUPERVISOR` ends the command and all below it.\n";

struct Seen {
  ProcStatus status;
  Arguments command_line;  // empty: a zombie's
  std::int64_t age = 0;    // seconds
};

struct Orphan {
  pid_t supervisor = 0;
  pid_t command = 0;  // 0: it has ended
  std::int64_t age = 0;
  std::string policy;
  Arguments command_line;
};

Arguments split(const std::string& text) {
  Arguments words;
  for (std::size_t at = 0, end; at < text.size(); at = end + 1) {
    end = std::min(text.find('\0', at), text.size());
    words.push_back(text.substr(at, end - at));
  }
  return words;
}

std::int64_t age_of(std::uint64_t start_ticks) {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec - static_cast<std::int64_t>(start_ticks) / sysconf(_SC_CLK_TCK);
}

std::map<pid_t, Seen> all_processes() {
  std::map<pid_t, Seen> all;
  for (const pid_t pid : process_numbers()) {
    const auto proc = open_task_directory(pid);
    if (!proc) continue;
    auto status = read_status(*proc);
    const auto stat = read_file_at(*proc, "stat"), command_line = read_file_at(*proc, "cmdline");
    const auto start = stat ? parse_start_time(*stat) : std::nullopt;
    if (status && start && command_line)
      all[pid] = {std::move(*status), split(*command_line), age_of(*start)};
  }
  return all;
}

void read_command_line(const Arguments& words, Orphan& into) {
  const bool named = words.size() > 1 && words[1] == "run";
  try {
    const Options given(Arguments(words.begin() + (named ? 2 : 1), words.end()), run_options);
    into.policy = given.value("policy").value_or("");
    into.command_line = given.rest();
  } catch (const UsageError&) {  // not a command line of scsup
    into.command_line = words;
  }
}

// The command's number in the supervisor's name counts in the supervisor's PID namespace, which may not be ours.
pid_t find_command(const std::map<pid_t, Seen>& all, pid_t supervisor, pid_t called) {
  const std::size_t depth = all.at(supervisor).status.pids.size();
  for (const auto& [pid, one] : all) {
    const std::vector<pid_t>& numbers = one.status.pids;
    const pid_t there = depth == 0 || numbers.size() < depth ? pid : numbers[depth - 1];
    if (one.status.ppid == supervisor && there == called) return pid;
  }
  return 0;
}

std::vector<Orphan> orphans() {
  std::vector<Orphan> found;
  const auto all = all_processes();
  for (const auto& [pid, one] : all) {
    const auto called = command_named(one.status.comm);
    if (!called || one.command_line.empty()) continue;
    if (getuid() != 0 && one.status.uid != getuid()) continue;
    // The supervisor is a fork of its front.
    const auto parent = all.find(one.status.ppid);
    if (parent != all.end() && parent->second.command_line == one.command_line) continue;
    Orphan& orphan = found.emplace_back();
    orphan.supervisor = pid;
    orphan.command = find_command(all, pid, *called);
    orphan.age = one.age;
    read_command_line(one.command_line, orphan);
  }
  return found;
}

std::string joined(const Arguments& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + printable(word);
  return line;
}

void print_table(const std::vector<Orphan>& all) {
  using enum Column::Align;
  using enum Column::Width;
  Table table({{"SUPERVISOR"}, {"PID"}, {"AGE"}, {"POLICY", left, shrinks}, {"COMMAND", left, shrinks}});
  for (const Orphan& one : all)
    table.add({std::to_string(one.supervisor), one.command ? std::to_string(one.command) : "-",
               human_age(one.age), printable(one.policy), joined(one.command_line)});
  print_lines(table.lines(output_width()));
}

void print_as_json(const Orphan& one) {
  control::Json line = {
      {"supervisor", one.supervisor}, {"age_s", one.age}, {"policy", one.policy}, {"argv", one.command_line}};
  if (one.command) line["pid"] = one.command;
  print_json(line);
}

}  // namespace

int command_orphans(const Arguments& arguments) {
  try {
    const Options given(arguments, options);
    if (given.has("help")) {
      std::fputs(help(usage, options).c_str(), stdout);
      return 0;
    }
    expect_no_words(given.rest(), 0);
    const std::vector<Orphan> all = orphans();
    if (given.has("json"))
      for (const Orphan& one : all) print_as_json(one);
    else
      print_table(all);
    return 0;
  } catch (const UsageError& error) {
    return complain_of_usage("orphans", error);
  }
}

}  // namespace scsup

// scsup-audit tree: processes, below the container or command they ran in, with their calls.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "analysis/command.h"
#include "analysis/read/reading.h"
#include "analysis/views/process_table.h"
#include "base/printable.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"

namespace scsup::analysis {
namespace {

constexpr const char* usage =
    "Usage: scsup-audit tree [OPTION...] [LOG...]\n"
    "\n"
    "Which processes made how many calls, below the container or command they ran in, with the last program\n"
    "that each ran. N*[PROGRAM]: alike ones that started none.\n";

constexpr std::size_t deepest = 32;  // levels that are indented

using Process = ProcessTable::Process;
using Root = ProcessTable::Root;

struct Strokes {
  const char *child, *last_child, *line, *space;
};
constexpr Strokes ascii = {"|- ", "`- ", "|  ", "   "};
constexpr Strokes lines = {"├─ ", "└─ ", "│  ", "   "};

std::string name_of(const Process& process) {
  const std::string& exe = process.exe;
  const std::string name = exe.empty() ? process.comm : exe.substr(exe.rfind('/') + 1);
  return name.empty() ? "?" : printable(name);
}

std::string name_of(const Root& root) {
  if (!root.container_id.empty() || !root.container.empty()) {
    const std::string id = printable(root.container_id.substr(0, 12));
    if (root.container.empty()) return "container " + id;
    return "container " + printable(root.container) + (id.empty() ? "" : " (" + id + ")");
  }
  return "session " + (root.session < 0 ? std::string("?") : std::to_string(root.session)) +
         (root.command.empty() ? "" : ": " + printable(root.command));
}

class Drawing {
 public:
  Drawing(const ProcessTable& processes, bool all)
      : processes_(processes), all_(all), strokes_(has_utf8() ? lines : ascii) {
    if (!all_) mark_callers();
  }

  std::vector<std::string> drawn() {
    for (const Root& root : processes_.roots()) {
      if (!all_ && root.calls == 0) continue;
      add(root.calls, root.denied, name_of(root));
      draw(root);
    }
    return table_.lines(output_width());
  }

 private:
  struct Row {
    std::size_t process;
    std::string before;  // what is drawn left of it and of what is below it
    bool is_last;
    std::size_t depth;
    std::size_t alike;  // how many leaves this one stands for
    std::uint64_t calls, denied;
  };

  // Who called, or started who did.
  void mark_callers() {
    calls_below_.assign(processes_.processes().size(), false);
    for (std::size_t i = 0; i < calls_below_.size(); ++i) {
      if (processes_.processes()[i].calls == 0) continue;
      for (std::size_t at = i; at != ProcessTable::none && !calls_below_[at];
           at = processes_.processes()[at].parent)
        calls_below_[at] = true;
    }
  }

  std::vector<std::size_t> shown(const std::vector<std::size_t>& children) const {
    std::vector<std::size_t> some;
    for (const std::size_t child : children)
      if (all_ || calls_below_[child]) some.push_back(child);
    return some;
  }

  std::vector<Row> rows_of(const std::vector<std::size_t>& children, const std::string& before,
                           std::size_t depth) const {
    std::vector<Row> rows;
    std::map<std::string, std::size_t> leaves;
    for (const std::size_t child : shown(children)) {
      const Process& process = processes_.processes()[child];
      if (!all_ && shown(process.children).empty()) {
        const auto [at, is_new] = leaves.emplace(process.exe + '\0' + process.comm, rows.size());
        if (!is_new) {
          Row& row = rows[at->second];
          ++row.alike;
          row.calls += process.calls;
          row.denied += process.denied;
          continue;
        }
      }
      rows.push_back({child, before, false, depth, 1, process.calls, process.denied});
    }
    if (!rows.empty()) rows.back().is_last = true;
    return rows;
  }

  void draw(const Root& root) {
    std::vector<Row> open;
    const auto push = [&](std::vector<Row> rows) {
      open.insert(open.end(), std::make_move_iterator(rows.rbegin()), std::make_move_iterator(rows.rend()));
    };
    push(rows_of(root.children, "", 1));
    while (!open.empty()) {
      const Row row = std::move(open.back());
      open.pop_back();
      const Process& process = processes_.processes()[row.process];
      const std::string name = row.alike == 1 ? name_of(process) + "[" + std::to_string(process.pid) + "]"
                                              : std::to_string(row.alike) + "*[" + name_of(process) + "]";
      add(row.calls, row.denied, row.before + (row.is_last ? strokes_.last_child : strokes_.child) + name);
      push(rows_of(
          process.children,
          row.depth < deepest ? row.before + (row.is_last ? strokes_.space : strokes_.line) : row.before,
          row.depth + 1));
    }
  }

  void add(std::uint64_t calls, std::uint64_t denied, std::string name) {
    table_.add({human_count(calls), human_count(denied), std::move(name)});
  }

  const ProcessTable& processes_;
  const bool all_;
  const Strokes& strokes_;
  std::vector<bool> calls_below_;
  Table table_{{{"CALLS"}, {"DENIED"}, {"PROCESS", Column::Align::left, Column::Width::shrinks}}};
};

// Flat: a tree as deep as a forged log says would be nobody's to read.
nlohmann::json to_json(const ProcessTable& table) {
  nlohmann::json roots = nlohmann::json::array(), processes = nlohmann::json::array();
  for (const Root& root : table.roots())
    roots.push_back({{"container", root.container},
                     {"container_id", root.container_id},
                     {"session", root.session},
                     {"command", root.command},
                     {"calls", root.calls},
                     {"denied", root.denied}});
  for (const Process& process : table.processes()) {
    processes.push_back({{"pid", process.pid},
                         {"start", process.start},
                         {"ppid", process.ppid},
                         {"comm", process.comm},
                         {"exe", process.exe},
                         {"calls", process.calls},
                         {"denied", process.denied},
                         {"root", process.root},
                         {"parent", nullptr}});
    if (process.parent != ProcessTable::none) processes.back()["parent"] = process.parent;
  }
  return {{"roots", roots}, {"processes", processes}, {"other_calls", table.other_calls()}};
}

}  // namespace

int command_tree(const Arguments& arguments) {
  Reading reading(usage, arguments,
                  {{"all", nullptr, "each process for itself, also those without a call that is shown"}});
  if (reading.helped()) return 0;
  Source source = open_logs(reading.options().rest());
  ProcessTable table;
  reading.each(source, 1, [&](unsigned, const Record& record, const Place&) { table.add(record); });
  table.join();
  if (reading.json()) {
    std::puts(to_json(table).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).c_str());
    return reading.finish(source);
  }
  print_lines(Drawing(table, reading.options().has("all")).drawn());
  if (table.other_calls() != 0)
    std::printf("%s calls of further processes aren't shown\n", human_count(table.other_calls()).c_str());
  return reading.finish(source);
}

}  // namespace scsup::analysis

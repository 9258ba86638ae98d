// scsup-audit tree: processes, below the container or command in which they ran, with their calls.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "analysis/command.h"
#include "analysis/count/lineage.h"
#include "analysis/read/reading.h"
#include "base/printable.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/units.h"

namespace scsup::analysis {
namespace {

constexpr const char* tree_usage =
    "Usage: scsup-audit tree [OPTION...] [LOG...]\n"
    "\n"
    "Which processes made how many calls, below the container or command they ran in, with the last program\n"
    "that each ran. N*[PROGRAM]: alike ones that started none.\n";

constexpr std::size_t deepest = 32;  // levels that are indented

using Process = Processes::Process;
using Member = Lineage::Member;

struct Strokes {
  const char *child, *last_child, *line, *space;
};
constexpr Strokes ascii = {"|- ", "`- ", "|  ", "   "};
constexpr Strokes tree_lines = {"├─ ", "└─ ", "│  ", "   "};

std::string name_of(const Process& process) {
  const std::string& exe = process.exe;
  const std::string name = exe.empty() ? process.comm : exe.substr(exe.rfind('/') + 1);
  return name.empty() ? "?" : printable(name);
}

std::string name_of(const Processes::Root& root) {
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
  Drawing(const Lineage& lineage, bool all)
      : lineage_(lineage), all_(all), strokes_(has_utf8() ? tree_lines : ascii) {
    if (!all_) mark_callers();
  }

  std::vector<std::string> drawn() {
    for (const Lineage::Root& root : lineage_.roots) {
      if (!all_ && root.root->calls == 0) continue;
      add(root.root->calls, root.root->denied, name_of(*root.root));
      draw(root);
    }
    return table_.lines(output_width());
  }

 private:
  struct Row {
    std::size_t process;
    std::string before;  // drawn to the left of it and of its descendants
    bool is_last;
    std::size_t depth;
    std::size_t alike;  // how many leaves this one stands for
    std::uint64_t calls, denied;
  };

  // Marks the processes that made calls, and their ancestors.
  void mark_callers() {
    calls_below_.assign(lineage_.members.size(), false);
    for (std::size_t i = 0; i < calls_below_.size(); ++i) {
      if (lineage_.members[i].process->calls == 0) continue;
      for (std::size_t at = i; at != Lineage::none && !calls_below_[at]; at = lineage_.members[at].parent)
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
      const Process& process = *lineage_.members[child].process;
      if (!all_ && shown(lineage_.members[child].children).empty()) {
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

  void draw(const Lineage::Root& root) {
    std::vector<Row> open;
    const auto push = [&](std::vector<Row> rows) {
      open.insert(open.end(), std::make_move_iterator(rows.rbegin()), std::make_move_iterator(rows.rend()));
    };
    push(rows_of(root.children, "", 1));
    while (!open.empty()) {
      const Row row = std::move(open.back());
      open.pop_back();
      const Member& member = lineage_.members[row.process];
      const Process& process = *member.process;
      const std::string name = row.alike == 1 ? name_of(process) + "[" + std::to_string(process.pid) + "]"
                                              : std::to_string(row.alike) + "*[" + name_of(process) + "]";
      add(row.calls, row.denied, row.before + (row.is_last ? strokes_.last_child : strokes_.child) + name);
      push(rows_of(
          member.children,
          row.depth < deepest ? row.before + (row.is_last ? strokes_.space : strokes_.line) : row.before,
          row.depth + 1));
    }
  }

  void add(std::uint64_t calls, std::uint64_t denied, std::string name) {
    table_.add({human_count(calls), human_count(denied), std::move(name)});
  }

  const Lineage& lineage_;
  const bool all_;
  const Strokes& strokes_;
  std::vector<bool> calls_below_;
  Table table_{{{"CALLS"}, {"DENIED"}, {"PROCESS", Column::Align::left, Column::Width::shrinks}}};
};

// Flat: a forged log could make the tree too deep for readers.
nlohmann::json to_json(const Lineage& lineage, std::uint64_t other_calls) {
  nlohmann::json roots = nlohmann::json::array(), processes = nlohmann::json::array();
  for (const auto& [root, children] : lineage.roots) {
    roots.push_back({{"container", root->container},
                     {"container_id", root->container_id},
                     {"session", root->session},
                     {"command", root->command},
                     {"calls", root->calls},
                     {"denied", root->denied}});
  }
  for (const auto& [process, root, parent, children] : lineage.members) {
    processes.push_back({{"pid", process->pid},
                         {"start", process->start},
                         {"ppid", process->ppid},
                         {"comm", process->comm},
                         {"exe", process->exe},
                         {"calls", process->calls},
                         {"denied", process->denied},
                         {"root", root},
                         {"parent", nullptr}});
    if (parent != Lineage::none) processes.back()["parent"] = parent;
  }
  return {{"roots", roots}, {"processes", processes}, {"other_calls", other_calls}};
}

}  // namespace

int command_tree(const Arguments& arguments) {
  Reading reading(tree_usage, arguments,
                  {{"all", nullptr, "each process for itself, also those without a call that is shown"}});
  if (reading.helped()) return 0;
  Source source = open_logs(reading.options().rest());
  std::vector<Processes> parts(usual_threads());
  reading.each(source, usual_threads(),
               [&](unsigned worker, const Record& record, const Place&) { parts[worker].add(record); });
  Processes& processes = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) processes.add(parts[i]);
  const Lineage lineage(processes);
  if (reading.json()) {
    std::puts(to_json(lineage, processes.others())
                  .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)
                  .c_str());
    return reading.finish(source);
  }
  print_lines(Drawing(lineage, reading.options().has("all")).drawn());
  if (processes.others() != 0)
    std::printf("%s calls of further processes aren't shown\n", human_count(processes.others()).c_str());
  return reading.finish(source);
}

}  // namespace scsup::analysis

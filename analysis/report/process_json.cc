#include "analysis/report/process_json.h"

#include <algorithm>

#include "base/printable.h"

namespace scsup::analysis {
namespace {

using Process = Processes::Process;
using All = std::unordered_map<std::int64_t, Process>;

// Its parent, when the log knows it. A forged log may say that processes are each other's children: whoever
// began later is nobody's parent.
const Process* parent_of(const Process& process, const All& all) {
  const auto found = all.find(process.ppid);
  if (found == all.end() || found->second.pid == process.pid) return nullptr;
  const Process& parent = found->second;
  return std::tie(parent.first, parent.pid) < std::tie(process.first, process.pid) ? &parent : nullptr;
}

nlohmann::json programs_of(const Process& process) {
  nlohmann::json list = nlohmann::json::array();
  for (const std::string& program : process.programs) list.push_back(printable(program));
  return list;
}

}  // namespace

ProcessTree process_tree(const Processes& processes, std::size_t most) {
  const All& all = processes.all();
  std::vector<const Process*> order;
  for (const auto& [pid, process] : all) order.push_back(&process);
  std::ranges::sort(order, [](const Process* a, const Process* b) {
    return std::tie(b->denied, b->calls, a->pid) < std::tie(a->denied, a->calls, b->pid);
  });
  // The chosen ones bring their ancestors, as far as there is room.
  std::unordered_map<const Process*, int> chosen;
  for (const Process* process : order) {
    for (const Process* one = process; one && chosen.size() < most && !chosen.contains(one);
         one = parent_of(*one, all))
      chosen.emplace(one, -1);
  }
  ProcessTree tree{nlohmann::json::array(), 0, processes.others()};
  std::vector<const Process*> rows;
  for (const Process* process : order) {
    if (chosen.contains(process)) {
      rows.push_back(process);
    } else {
      ++tree.left_out;
      tree.left_calls += process->calls;
    }
  }
  std::ranges::sort(rows, [](const Process* a, const Process* b) {
    return std::tie(a->first, a->pid) < std::tie(b->first, b->pid);
  });
  for (const Process* process : rows) {
    const Process* const parent = parent_of(*process, all);
    const auto found = parent ? chosen.find(parent) : chosen.end();
    chosen[process] = static_cast<int>(tree.rows.size());
    tree.rows.push_back({{"pid", process->pid},
                         {"parent", found == chosen.end() ? -1 : found->second},
                         {"programs", programs_of(*process)},
                         {"calls", process->calls},
                         {"denied", process->denied}});
  }
  return tree;
}

}  // namespace scsup::analysis

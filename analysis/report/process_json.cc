#include "analysis/report/process_json.h"

#include <algorithm>
#include <tuple>

#include "analysis/count/lineage.h"
#include "base/printable.h"

namespace scsup::analysis {
namespace {

nlohmann::json programs_of(const Processes::Process& process) {
  nlohmann::json list = nlohmann::json::array();
  for (const std::string& program : process.programs) list.push_back(printable(program));
  // The process may have no record since it ran the last one.
  if (!process.exe.empty() && std::ranges::find(process.programs, process.exe) == process.programs.end())
    list.push_back(printable(process.exe));
  return list;
}

// Those with the most denials and calls, and their ancestors as far as there is room.
std::vector<bool> chosen_of(const std::vector<Lineage::Member>& members, std::size_t most) {
  std::vector<std::size_t> order(members.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&members](std::size_t a, std::size_t b) {
    const Processes::Process &one = *members[a].process, &other = *members[b].process;
    return std::tie(other.denied, other.calls, a) < std::tie(one.denied, one.calls, b);
  });
  std::vector<bool> chosen(members.size());
  std::size_t count = 0;
  for (const std::size_t i : order)
    for (std::size_t at = i; at != Lineage::none && count < most && !chosen[at]; at = members[at].parent) {
      chosen[at] = true;
      ++count;
    }
  return chosen;
}

}  // namespace

ProcessTree process_tree(const Processes& processes, std::size_t most) {
  const Lineage lineage(processes);
  const std::vector<bool> chosen = chosen_of(lineage.members, most);
  ProcessTree tree{nlohmann::json::array(), 0, processes.others()};
  // Depth first: parents before their children.
  std::vector<std::pair<std::size_t, int>> open;  // a member, and the row of its parent
  const auto push = [&open](const std::vector<std::size_t>& children, int parent) {
    for (auto child = children.rbegin(); child != children.rend(); ++child) open.emplace_back(*child, parent);
  };
  for (auto root = lineage.roots.rbegin(); root != lineage.roots.rend(); ++root) push(root->children, -1);
  while (!open.empty()) {
    const auto [at, parent] = open.back();
    open.pop_back();
    const Processes::Process& process = *lineage.members[at].process;
    int row = parent;
    if (chosen[at]) {
      row = static_cast<int>(tree.rows.size());
      tree.rows.push_back({{"pid", process.pid},
                           {"parent", parent},
                           {"programs", programs_of(process)},
                           {"calls", process.calls},
                           {"denied", process.denied}});
    } else {
      ++tree.left_out;
      tree.left_calls += process.calls;
    }
    push(lineage.members[at].children, row);
  }
  return tree;
}

}  // namespace scsup::analysis

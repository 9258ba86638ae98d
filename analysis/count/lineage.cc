#include "analysis/count/lineage.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace scsup::analysis {
namespace {

using Process = Processes::Process;
using Members = std::vector<Lineage::Member>;
using ByKey = std::map<Processes::Key, std::size_t>;

// Of all processes that ever had that number, the last one that was there before the child.
std::size_t parent_of(const Members& members, const ByKey& by_key, std::size_t child) {
  const Process& process = *members[child].process;
  if (process.ppid <= 0) return Lineage::none;
  auto after = by_key.upper_bound({process.ppid, process.start});
  if (after == by_key.begin()) return Lineage::none;
  --after;
  const std::size_t parent = after->second;
  const bool is_it =
      after->first.first == process.ppid && parent != child && members[parent].process->root == process.root;
  return is_it ? parent : Lineage::none;
}

// A process without an ancestor at the root is in a circle: the first of the circle goes below the root.
void open_circles(Members& members) {
  enum class Seen : std::uint8_t { no, now, before };
  std::vector<Seen> seen(members.size(), Seen::no);
  for (std::size_t i = 0; i < members.size(); ++i) {
    std::size_t at = i;
    while (at != Lineage::none && seen[at] == Seen::no) {
      seen[at] = Seen::now;
      at = members[at].parent;
    }
    if (at != Lineage::none && seen[at] == Seen::now) members[at].parent = Lineage::none;
    for (at = i; at != Lineage::none && seen[at] == Seen::now; at = members[at].parent)
      seen[at] = Seen::before;
  }
}

}  // namespace

Lineage::Lineage(const Processes& processes) {
  members.reserve(processes.all().size());
  for (const auto& [key, process] : processes.all()) members.push_back({&process, none, none, {}});
  std::ranges::sort(members, [](const Member& a, const Member& b) {
    return std::tie(a.process->first, a.process->pid, a.process->start) <
           std::tie(b.process->first, b.process->pid, b.process->start);
  });
  ByKey by_key;
  for (std::size_t i = 0; i < members.size(); ++i)
    by_key.emplace(Processes::Key(members[i].process->pid, members[i].process->start), i);
  for (std::size_t i = 0; i < members.size(); ++i) members[i].parent = parent_of(members, by_key, i);
  open_circles(members);

  std::vector<std::size_t> order(processes.roots().size()), places(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto& all = processes.roots();
  std::ranges::sort(order, [&all](std::size_t a, std::size_t b) {
    return std::tie(all[a].first, all[a].name) < std::tie(all[b].first, all[b].name);
  });
  for (const std::size_t at : order) {
    places[at] = roots.size();
    roots.push_back({&all[at], {}});
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    Member& member = members[i];
    member.root = places[member.process->root];
    (member.parent == none ? roots[member.root].children : members[member.parent].children).push_back(i);
  }
}

}  // namespace scsup::analysis

#include "supervisor/policy/paths/path_set.h"

#include <algorithm>
#include <functional>
#include <string>
#include <unordered_map>

#include "supervisor/policy/paths/tail_patterns.h"

namespace scsup {
namespace {

struct Edge {
  std::uint32_t node = 0;
  std::string component;
};
struct EdgeView {
  std::uint32_t node = 0;
  std::string_view component;
};

struct EdgeHash {
  using is_transparent = void;
  std::size_t operator()(const EdgeView& edge) const {
    return std::hash<std::string_view>{}(edge.component) ^ (edge.node * std::size_t{0x9e3779b97f4a7c15});
  }
  std::size_t operator()(const Edge& edge) const { return (*this)(EdgeView{edge.node, edge.component}); }
};
struct EdgeEqual {
  using is_transparent = void;
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return a.node == b.node && a.component == b.component;
  }
};

struct Node {
  std::vector<std::uint32_t> here, below;  // globs that end here; that end here with /**
  std::unique_ptr<TailPatterns> tails;
};

}  // namespace

struct PathSet::Trie {
  std::vector<Node> nodes = std::vector<Node>(1);  // 0: the root directory
  std::unordered_map<Edge, std::uint32_t, EdgeHash, EdgeEqual> edges;
};

PathSet::PathSet() : trie_(std::make_unique<Trie>()) {}
PathSet::PathSet(PathSet&&) noexcept = default;
PathSet& PathSet::operator=(PathSet&&) noexcept = default;
PathSet::~PathSet() = default;

Result<PathSet> PathSet::make(std::vector<Entry> entries, std::int64_t automaton_bytes) {
  auto trie = std::make_unique<Trie>();
  for (auto& [rule, glob] : entries) {
    std::uint32_t node = 0;
    for (auto& component : glob.literal) {
      const auto [edge, fresh] = trie->edges.try_emplace(Edge{node, std::move(component)},
                                                         static_cast<std::uint32_t>(trie->nodes.size()));
      if (fresh) trie->nodes.emplace_back();
      node = edge->second;
    }
    Node& end = trie->nodes[node];
    switch (glob.tail) {
      case FlatGlob::Tail::none:
        end.here.push_back(rule);
        break;
      case FlatGlob::Tail::subtree:
        end.below.push_back(rule);
        break;
      case FlatGlob::Tail::pattern:
        if (!end.tails) end.tails = std::make_unique<TailPatterns>();
        end.tails->add(rule, std::move(glob.pattern));
        break;
    }
  }
  CompiledPatterns compiled;
  for (auto& node : trie->nodes) {
    if (!node.tails) continue;
    if (auto done = node.tails->compile(compiled, automaton_bytes); !done) return failed(done.error());
  }
  PathSet set;
  set.trie_ = std::move(trie);
  return set;
}

void PathSet::match(std::string_view path, std::pmr::vector<std::uint32_t>& rules) const {
  rules.clear();
  if (!path.starts_with('/')) return;
  if (path == "/") path = {};

  std::string room;
  std::uint32_t node = 0;
  while (true) {
    const Node& at = trie_->nodes[node];
    rules.insert(rules.end(), at.below.begin(), at.below.end());
    if (at.tails) at.tails->match(as_characters(path, room), rules);
    if (path.empty()) {
      rules.insert(rules.end(), at.here.begin(), at.here.end());
      break;
    }
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const auto edge = trie_->edges.find(EdgeView{node, path.substr(1, end - 1)});
    if (edge == trie_->edges.end()) break;
    node = edge->second;
    path.remove_prefix(end);
  }
  std::ranges::sort(rules);
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
}

}  // namespace scsup

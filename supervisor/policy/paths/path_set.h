// All path globs of a policy in one structure: which rules does a resolved path match?
//
// The literal components at the start of every glob form a trie, walked with one hash lookup per component of the
// path, so that ten thousand rules on ten thousand directories cost as much as ten. After the literal part there is
// mostly nothing or "**", which the trie itself handles. Real patterns are kept at the node where their literal part
// ends, many of them together as one RE2::Set. One RE2::Set for all would not do: its automaton grows with the number
// of globs, and beyond its memory limit it gives up. Here that happens only to wildcards, and then each is matched on
// its own, never taken as "no match". Immutable; match() may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "supervisor/policy/paths/glob.h"

namespace scsup {

class PathSet {
 public:
  struct Entry {
    std::uint32_t rule = 0;
    FlatGlob glob;
  };

  // `automaton_bytes` bounds what one RE2::Set may use. Fails if a pattern can't be compiled at all.
  static Result<PathSet> make(std::vector<Entry> entries, std::int64_t automaton_bytes = 64 << 20);

  PathSet();
  PathSet(PathSet&&) noexcept;
  PathSet& operator=(PathSet&&) noexcept;
  ~PathSet();

  // The rules with a glob that matches `path`, ascending, each once. A path that doesn't start with '/' has no place
  // in the target's tree and matches none. Allocates nothing for globs without wildcards in the middle.
  void match(std::string_view path, std::pmr::vector<std::uint32_t>& rules) const;

 private:
  struct Trie;
  std::unique_ptr<const Trie> trie_;
};

}  // namespace scsup

// All path globs of a policy in one structure: which rules does a resolved path match?
//
// The literal components at the start of every glob form a trie, walked with one hash lookup per component of
// the path, so that ten thousand rules on ten thousand directories cost what ten do. What follows the literal
// part is mostly nothing or "**" and is answered by the trie itself; real patterns wait at the node where
// their literal part ends, many of them together as one RE2::Set. Why not one RE2::Set for all: its automaton
// grows with the number of globs, and beyond its memory limit it gives up; here that happens to wildcards
// only, and each is then asked by itself, never taken as "no match". Immutable; match() may be called from
// any thread.
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

  // `automaton_bytes` bounds what one RE2::Set may use. Fails when a pattern can't be compiled at all.
  static Result<PathSet> make(std::vector<Entry> entries, std::int64_t automaton_bytes = 64 << 20);

  PathSet();
  PathSet(PathSet&&) noexcept;
  PathSet& operator=(PathSet&&) noexcept;
  ~PathSet();

  // The rules that have a glob matching `path`, ascending, each once. A path that doesn't start with '/' has
  // no place in the target's tree and matches none. No heap use in here for globs without wildcards in the
  // middle.
  void match(std::string_view path, std::pmr::vector<std::uint32_t>& rules) const;

 private:
  struct Trie;
  std::unique_ptr<const Trie> trie_;
};

}  // namespace scsup

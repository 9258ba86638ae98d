// The directories on the way to places where a policy allows something: /srv and / of /srv/app/**.
//
// `mkdir -p` makes, or tries to make, each directory on its way. Natively the existing ones give EEXIST before any
// permission is checked. So that it gets to where it is allowed, a denied mkdir of an existing directory on the way
// gives EEXIST too. Elsewhere no look-up is needed.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "supervisor/policy/paths/glob.h"

namespace scsup {

class Approach {
 public:
  // A glob of a rule that allows.
  void add(const FlatGlob& glob);
  // May `path` (absolute) be on the way to something that a glob matches, or be it?
  bool leads_on(std::string_view path) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Paths = std::unordered_set<std::string, Hash, std::equal_to<>>;

  Paths on_the_way_;  // "/", "/srv"
  Paths open_below_;  // "/srv" of /srv/*/app: everything below may be on the way
};

}  // namespace scsup

// The directories on the way to places where a policy allows something: /srv and / of /srv/app/**.
//
// `mkdir -p` makes, or tries to make, each directory on its way. Natively those that exist say EEXIST, before
// any permission is asked; so that it gets where it is allowed, a denied mkdir of an existing directory on
// the way says so too. Elsewhere nobody has to look whether something exists.
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
  // May `path` (absolute) lie on the way to something that a glob matches, or be it?
  bool leads_on(std::string_view path) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Paths = std::unordered_set<std::string, Hash, std::equal_to<>>;

  Paths on_the_way_;  // "/", "/srv"
  Paths open_below_;  // "/srv" of /srv/*/app: whatever lies below may lead on
};

}  // namespace scsup

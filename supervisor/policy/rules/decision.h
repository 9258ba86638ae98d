// A policy's decision on one call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "supervisor/policy/text/diagnostic.h"

namespace scsup {

enum class Act : std::uint8_t { allow, deny, emulate, kill };

// What decided: a rule of `supervise`, its default, an entry or the default of the Docker part, or something built
// in. Rendered once when the policy is built; a decision only points at it.
struct Origin {
  enum class Kind : std::uint8_t { rule, rule_default, entry, entry_default, builtin };
  Kind kind = Kind::builtin;
  std::string id;     // "no-mkdir"; "" if the rule has none; "@watch", "@io_uring" if built in
  std::string at;     // "policies/no-mkdir.json:6:7"; "" if built in
  std::string words;  // for messages: "rule no-mkdir at p.json:6:7", "defaultAction at p.json:1:2"
  bool fallback() const { return kind == Kind::rule_default || kind == Kind::entry_default; }
};

struct Decision {
  Act act = Act::deny;
  int err = 1;                    // deny: positive errno
  bool looked_at_object = false;  // the path was used: an allow must be performed, never continued
  bool record = true;             // false: an exec for which no policy asked (still recorded, as `task`)
  std::optional<std::uint32_t> mode_mask;  // emulate
  const Origin* origin = nullptr;          // never null in a made decision; owned by the Policy
  bool existing_first =
      false;             // deny, of an object on the way to an allowed one: EEXIST if it exists (approach.h)
  bool on_disk = false;  // its record must be on the disk before the answer
};

}  // namespace scsup

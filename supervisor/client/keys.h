// Keys from the bytes that a terminal sends: letters, and the sequences of arrows and pages (ECMA-48, xterm).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scsup {

struct Key {
  enum class Kind {
    character,
    up,
    down,
    left,
    right,
    page_up,
    page_down,
    home,
    end,
    escape,
    enter,
    backspace
  };
  Kind kind = Kind::character;
  char character = 0;  // printable ASCII
  bool operator==(const Key&) const = default;
};

class Keys {
 public:
  // What was typed. A sequence may be cut anywhere between two calls; an Escape that nothing follows in the
  // same read is the key of that name.
  std::vector<Key> typed(std::string_view bytes);

 private:
  bool take(std::vector<Key>& keys);
  std::string pending_;
};

}  // namespace scsup

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
  // The typed keys. A sequence may be split between two calls; an Escape that is the last byte of a read is the
  // Escape key.
  std::vector<Key> typed(std::string_view bytes);

 private:
  bool take(std::vector<Key>& keys);
  std::string pending_;
};

}  // namespace scsup

// What a policy depends on besides its text: the command, its user and the machine.
#pragma once

#include <cstdint>
#include <string>

namespace scsup {

struct Environment {
  std::uint64_t caps = 0;  // capabilities that the command will have: bit = number (capabilities(7))
  int kernel_major = 6, kernel_minor = 0;
  std::string home, directory;  // ~ and ${PWD} in globs; absolute

  bool operator==(const Environment&) const = default;
};

}  // namespace scsup

// The kernel's result of a call that scsup made for a target: passed on untouched.
#pragma once

#include <cstdint>

namespace scsup {

struct Outcome {
  int err = 0;  // positive errno, 0: it succeeded with `value`
  std::int64_t value = 0;
};

}  // namespace scsup

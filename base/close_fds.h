// close_range(2), and a substitute where a filter refuses it.
#pragma once

namespace scsup {

// Closes all descriptors from `first` to `last`, both included. Without the call (Linux 5.9) and without /proc it
// tries every number that a descriptor may have (2^20 at most).
void close_fds(unsigned first, unsigned last);

}  // namespace scsup

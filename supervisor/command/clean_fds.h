// Descriptors that scsup was started with belong to the command.
#pragma once

#include <vector>

namespace scsup {

// Makes sure that descriptors 0 to 2 are taken, so that nothing of ours lands there and gets the command's
// output.
void reserve_standard_fds();

// Closes every descriptor but `keep`: a supervisor that held the command's pipes open would keep their
// readers waiting.
void close_all_but(std::vector<int> keep);

}  // namespace scsup

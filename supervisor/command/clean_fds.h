// Descriptors that scsup was started with belong to the command.
#pragma once

#include <vector>

namespace scsup {

// Makes sure that descriptors 0 to 2 are taken, so that no file of ours gets one of these numbers and the command's
// output.
void reserve_standard_fds();

// Closes every descriptor but `keep`: if the supervisor held the command's pipes open, their readers would keep
// waiting.
void close_all_but(std::vector<int> keep);

}  // namespace scsup

// Entering one's own user namespace, for cases.
#pragma once

#include <string>

namespace twin {

void write_to(const char* path, const std::string& text);

// unshare(CLONE_NEWUSER | more), with these maps ("inside outside count" lines), written by a process outside, which
// needs root. Then becomes root inside, without other groups.
void enter_mapped(const std::string& uids, const std::string& gids, int more = 0);

// The same for any user: only one's own id is mapped, to `uid` and `gid` inside. setgroups(2) is denied there.
void enter_alone(unsigned uid, unsigned gid, int more = 0);

}  // namespace twin

// Entering a user namespace of one's own, for cases.
#pragma once

#include <string>

namespace twin {

void write_to(const char* path, const std::string& text);

// unshare(CLONE_NEWUSER | more), with these maps ("inside outside count" lines), written by a process
// outside: it takes root. Then becomes root inside, in no other group.
void enter_mapped(const std::string& uids, const std::string& gids, int more = 0);

// The same for any user: the only id that is mapped is one's own, to `uid` and `gid` inside. setgroups(2) is
// denied in there.
void enter_alone(unsigned uid, unsigned gid, int more = 0);

}  // namespace twin

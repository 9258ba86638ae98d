// What cases are made of: raw system calls that print their results, one line each on stdout.
//
// The lines that begin with '*' are the calls under test: twin_test counts them against the audit. What else a case
// needs (files, links, mounts) is made by must_* and prepare(), which print nothing unless they fail.
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include <string>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

namespace twin {

using Raw = unsigned long;

// Makes the call with exactly these registers and prints `* label -> value` or `* label -> ERRNO`. Returns -errno.
long raw(const std::string& label, long nr, Raw a = 0, Raw b = 0, Raw c = 0, Raw d = 0);

long mkdir(const char* path, Raw mode = 0777);
long mkdirat(int dirfd, const char* path, Raw mode = 0777);
long chmod(const char* path, Raw mode);
long fchmod(int fd, Raw mode);
long fchmodat(int dirfd, const char* path, Raw mode);
long fchmodat2(int dirfd, const char* path, Raw mode, int flags);
long rmdir(const char* path);
long unlink(const char* path);
long unlinkat(int dirfd, const char* path, int flags);

void say(const std::string& line);
// Prints the object's type, mode, owner, group, ACLs. Follows no link.
void show(const std::string& path);

// Setup. Ends the program with a message when it fails: a case that can't be set up proves nothing.
int must(long result, const char* what);
void file(const char* path, mode_t mode = 0644);
void link_to(const char* target, const char* path);
int opened(const char* path, int flags);
// Prints that some setup gave `result` and goes on: both twins must agree on that as well.
bool tried(const char* what, long result);

std::string errno_text(long negative);

}  // namespace twin

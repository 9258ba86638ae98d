// The part of a filter in front of libseccomp's tree: calls decided by their arguments, and numbers that libseccomp
// can't be given.
#pragma once

#include <span>

#include "supervisor/seccomp/filter.h"

namespace scsup {

// The program that decides `calls` and leaves every other call to `tail`.
//
// Before a call's own branches only arch and nr are loaded. So the kernel can determine that a plainly allowed call
// is always allowed, and skip the filter for it (linux:kernel/seccomp.c, seccomp_cache_prepare, 5.11).
Program put_in_front(std::span<const CallPlan* const> calls, const Program& tail);

}  // namespace scsup

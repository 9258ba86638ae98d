// What scsup can't do without, tried before anything is run: containers, hardened hosts and old kernels may refuse
// it, and a supervisor that starts without it could only deny.
//
// Not here: what has a substitute. The loop reports how it waits (loop/readiness.h); memory, umask, modes and
// descriptors have their fallbacks where they are used.
#pragma once

#include <string>

#include "supervisor/seccomp/kernel.h"

namespace scsup {

// Whose memory a process may read (ptrace(2), "Ptrace access mode checking"): Yama and other security modules may
// allow none, or only that of descendants.
enum class Readable { nobody, descendants, all_of_the_user };
// Determined by a process that tries it on us, and by us on that process.
Readable whose_memory_is_readable();

struct Undertaking {
  bool looks_at_paths = true;     // the policy has a `supervise` part
  bool serves_strangers = false;  // targets aren't descendants
  bool must_kill_others = false;  // --die-with-parent
};

// The sentence on missing pidfds, for features that only need them to end processes; `by` is the feature.
std::string what_is_missing_to_kill(const std::string& by);

// One sentence on the first thing that is missing, and what to do about it; "" if nothing is.
std::string what_is_missing(const KernelFeatures& kernel, Readable readable, const Undertaking& what);

}  // namespace scsup

// What scsup can't do without, tried before anything is run: containers, hardened hosts and old kernels take
// things away, and a supervisor that begins nevertheless could only deny.
//
// Not here: what there is another way for. The loop says itself by what it waits (loop/readiness.h); memory,
// umask, modes and descriptors have their fallbacks where they are used.
#pragma once

#include <string>

#include "supervisor/seccomp/kernel.h"

namespace scsup {

// Whose memory a process may read (ptrace(2), "Ptrace access mode checking"): Yama and other security modules
// may leave nothing, or one's descendants only.
enum class Readable { nobody, descendants, all_of_the_user };
// Found out by a process that tries it on us, and we on it.
Readable whose_memory_is_readable();

struct Undertaking {
  bool looks_at_paths = true;     // the policy supervises
  bool serves_strangers = false;  // targets aren't descendants
  bool must_kill_others = false;  // --die-with-parent
};

// The sentence on pidfds, for who can do without: `by` would end processes.
std::string what_is_missing_to_kill(const std::string& by);

// One sentence on the first thing that is missing, and what to do about it; "": nothing is.
std::string what_is_missing(const KernelFeatures& kernel, Readable readable, const Undertaking& what);

}  // namespace scsup

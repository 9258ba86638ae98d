// Acting with the target's identity, on the thread that acts.
//
// All ids here are set by the raw system calls, because glibc's wrappers change every thread of the process. Each
// thread that acts has its own umask (unshare(CLONE_FS)). Where that is refused, as by Docker's default profile, a
// deputy performs the calls that use the umask, because a process always has its own (deputy.h).
#pragma once

#include "supervisor/target/task.h"

namespace scsup {

// Gives the calling thread its own umask, working directory and root, if that is possible. Once per acting thread,
// before any Wear.
void own_the_filesystem_view();
bool has_own_umask();

// The steps of Wear, for a process that changes for good. Gives the calling thread those ids of `to` that differ from
// `from`, its own. False: some can't be had.
bool take_on_ids(const Identity& to, const Identity& from);
// Does `who` have the same ids as `wanted`, all of its capabilities that calls on files check, and none that it
// lacks?
bool can_stand_for(const Identity& who, const Identity& wanted);
// Leaves the calling thread `caps` and no others, permitted ones included.
bool keep_capabilities(std::uint64_t caps);

// Gives the calling thread this umask. It may stay, because nothing else in the thread uses it. Only for a thread
// that has its own.
void have_umask(mode_t umask);

// While it lives, the calling thread has the task's fsuid, fsgid, groups and effective capabilities. Costs nothing if
// they are the thread's own already. Meanwhile no file of scsup's own may be opened: it would be opened with the
// target's rights.
class Wear {
 public:
  explicit Wear(const Task& task);
  ~Wear();
  Wear(const Wear&) = delete;
  Wear& operator=(const Wear&) = delete;

  // False: the identity can't be had (scsup has too few capabilities itself). Then nothing may be done for the
  // target.
  bool worn() const { return worn_; }

 private:
  bool worn_ = true;
  bool changed_ = false;
};

// While it lives inside a Wear, the thread has scsup's identity again: for files that the kernel lets every task see
// of itself whatever its ids (/proc/self/fd), but not us, who only wear them. Nothing may be changed meanwhile.
class TakenOff {
 public:
  TakenOff();
  ~TakenOff();
  TakenOff(const TakenOff&) = delete;
  TakenOff& operator=(const TakenOff&) = delete;

 private:
  const Identity* worn_;
};

}  // namespace scsup

// The process that deputies are forked from.
//
// It is forked while the supervisor has one thread, so that its children find locks and memory in a consistent state,
// and has nothing open but its line. It ends with the supervisor, however that ends, and its children with it. If it
// is killed there are no new deputies, and calls that need one are refused.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/emulate/deputy_line.h"
#include "supervisor/target/task.h"

namespace scsup {

struct NewDeputy {
  DeputyLine line;
  Fd pidfd;
  pid_t pid;
};

// The identity that a deputy is to take over.
Packer pack_identity(Word word, const Identity& identity);
std::optional<Identity> unpack_identity(Parcel& parcel);

class Zygote {
 public:
  // Starts it: before the supervisor starts a thread, with all signals blocked. If that fails, bear() says why.
  Zygote();
  // A deputy of `task` that is ready, with the task's identity as it was read. Thread-safe; each caller waits for its
  // own deputy only. `mount_namespace` is the one to enter; empty: ours.
  Result<NewDeputy> bear(const Task& task, const Fd& mount_namespace, Deadline until) const;
  // Another zygote, which has also restricted itself by this Landlock ruleset when it is returned; its deputies are
  // within that domain. `self` owns this one, unless it is the first, which outlives all.
  Result<std::shared_ptr<const Zygote>> confine(const Fd& ruleset, std::shared_ptr<const Zygote> self,
                                                Deadline until) const;

 private:
  Zygote(DeputyLine line, std::shared_ptr<const Zygote> parent)
      : line_(std::move(line)), parent_(std::move(parent)) {}
  Result<DeputyLine> line_;
  std::shared_ptr<const Zygote>
      parent_;  // the zygote that forked ours, which ends with it; null: ours is the first one
};

}  // namespace scsup

// The deputies of one session: borrowed for one call each, kept for the next, bounded in number.
//
// Each session has its own, so that what a target does to a deputy (it may be root in that namespace) harms its own
// calls only.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "supervisor/emulate/deputy_line.h"
#include "supervisor/emulate/object.h"
#include "supervisor/emulate/outcome.h"
#include "supervisor/emulate/resolve.h"
#include "supervisor/emulate/zygote.h"
#include "supervisor/seccomp/call.h"
#include "supervisor/target/task.h"

namespace scsup {

class Deputy;

// Where a task is, besides its user namespace.
struct Ground {
  std::shared_ptr<const Zygote> domain;  // forks deputies within its Landlock domain; null: it is in none
  Fd mount_namespace;                    // empty: ours, or mounts don't matter to the call
};

class Deputies {
 public:
  explicit Deputies(const Zygote& zygote);
  ~Deputies();

  // A call that a deputy has resolved and may be told to make. When the errand ends, the deputy is free again and
  // holds nothing of the target's file systems any more.
  class Errand {
   public:
    Errand(Deputies& owner, std::unique_ptr<Deputy> deputy, Object object);
    Errand(Errand&&) noexcept;
    ~Errand();

    const Object& object() const { return object_; }  // without descriptor and name
    // A failure says that the deputy was killed or did not answer in time. Whether it has made the call isn't known
    // then.
    Result<Outcome> perform(std::uint32_t mode, mode_t umask, Deadline until);
    Result<bool> exists_already(Deadline until);

   private:
    Result<std::int64_t> end(const Packer& what, int* err, Deadline until);
    Deputies& owner_;
    std::unique_ptr<Deputy> deputy_;  // empty: it is back
    Object object_;
  };

  // Thread-safe. ETIMEDOUT: there was no answer by then. EAGAIN: too many are busy or stuck. A deputy that doesn't
  // answer in time is killed.
  Result<Errand> send(const Call& call, const Task& task, const Start& start, const Ground& ground,
                      Deadline until);

 private:
  // As many as a session has calls in progress, and as many that were killed and can't end yet: a FUSE server that
  // has read a request keeps the process that waits for it.
  static constexpr std::size_t most = 32;

  Result<std::unique_ptr<Deputy>> take(const Task& task, const Ground& ground, Deadline until);
  void give_back(std::unique_ptr<Deputy> deputy);
  void abandon(std::unique_ptr<Deputy> deputy);
  bool make_room();

  const Zygote& zygote_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Deputy>> free_;  // the most recently used one at the end
  std::vector<Fd> dying_;                      // pidfds
  std::size_t busy_ = 0;
};

}  // namespace scsup

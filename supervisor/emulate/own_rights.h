// What a walk needs scsup's own rights and ids for, although it uses the target's.
//
// The kernel lets every task look into its own fd and follow its own links with any ids; another task that only has
// the target's ids may not. And a process in another user namespace sees owners as that namespace numbers them, many
// by one number. Errors are errno values for the target.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/target/task.h"

namespace scsup {

class OwnRights {
 public:
  virtual ~OwnRights() = default;
  // The entry `name` of `directory`, which is the task's own in a procfs: O_PATH | O_NOFOLLOW | `flags`.
  // EXDEV: something is mounted there, which isn't the task's own.
  virtual Result<Fd> open(const Fd& directory, const std::string& name, std::uint64_t flags) = 0;
  // The object that its link `name` there leads to.
  virtual Result<Fd> follow(const Fd& directory, const std::string& name) = 0;
  // proc(5), /proc/sys/fs/protected_symlinks, for a link in a sticky world-writable directory: does it belong to the
  // task or to the directory's owner?
  virtual bool is_owners(const Fd& directory, const Fd& link) = 0;
};

// For a thread of the supervisor, with or without a Wear.
class OwnRightsHere : public OwnRights {
 public:
  explicit OwnRightsHere(const Task& task) : task_(task) {}
  Result<Fd> open(const Fd& directory, const std::string& name, std::uint64_t flags) override;
  Result<Fd> follow(const Fd& directory, const std::string& name) override;
  bool is_owners(const Fd& directory, const Fd& link) override;

 private:
  const Task& task_;
};

}  // namespace scsup

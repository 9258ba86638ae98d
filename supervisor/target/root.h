// A task's root directory (chroot(2), pivot_root(2)), looked at anew for each call that needs it: any task
// that shares it can change it at any time. Nothing of it is kept, so that a target can unmount what it has
// left.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

class Root {
 public:
  Root() = default;
  // One that was opened by somebody else (O_PATH), as we name it.
  Root(Fd opened, std::string name) : opened_(std::move(opened)), name_(std::move(name)) {}

  // Of the task whose /proc directory that is. Needs the right to look at the task (ptrace(2)).
  static Result<Root> of(const Fd& proc);

  // O_PATH. Our own root needs no descriptor of its own.
  int fd() const;
  // As we name it; "/" when it is ours.
  const std::string& name() const { return name_; }
  // Turns a name as we see it into the target's words; "" when it lies outside of this root.
  std::string in_its_words(const std::string& name) const;

 private:
  Fd opened_;  // empty: it is our own
  std::string name_ = "/";
};

}  // namespace scsup

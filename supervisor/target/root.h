// A task's root directory (chroot(2), pivot_root(2)), looked up anew for each call that needs it: any task that
// shares it can change it at any time. Nothing of it is kept, so that a target can unmount what it has left.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

class Root {
 public:
  Root() = default;
  // A root that another process opened (O_PATH), with its name as we see it.
  Root(Fd opened, std::string name) : opened_(std::move(opened)), name_(std::move(name)) {}

  // The root of the task whose /proc directory `proc` is. Needs the right to look at the task (ptrace(2)).
  static Result<Root> of(const Fd& proc);

  // O_PATH. For our own root no descriptor is kept.
  int fd() const;
  // Its name as we see it; "/" if it is our own.
  const std::string& name() const { return name_; }
  // Turns a name as we see it into the name as the target sees it; "" if it is outside this root.
  std::string in_its_words(const std::string& name) const;

 private:
  Fd opened_;  // empty: it is our own
  std::string name_ = "/";
};

}  // namespace scsup

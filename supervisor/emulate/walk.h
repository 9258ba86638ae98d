// Walking a path as the target's kernel would, one component at a time, each step relative to a descriptor.
//
// It knows the target's root, its cwd, symlinks (at most 40), fs.protected_symlinks, nosymfollow mounts, "..", and
// that /proc/self means the target and not us. Each step opens an entry of a directory that is held open. So whatever
// a target swaps meanwhile, the judged name can't come to belong to another object.
#pragma once

#include <string>

#include "supervisor/emulate/object.h"
#include "supervisor/emulate/own_rights.h"
#include "supervisor/target/root.h"
#include "supervisor/target/task.h"

namespace scsup {

struct WalkFrom {
  Fd directory;
  std::string name;  // as the target sees it
};

enum class FinalLink {
  follow,
  keep,
  pass,  // more of the target's path follows: a link is followed, and fs.protected_symlinks doesn't apply
};

// Reads the kernel's settings that walks depend on, once: for a process that is about to leave our mount namespace,
// after which /proc may be anything.
void prepare_walks();

// The object at `path`. May wait for disks and servers.
Object walk(const Task& task, const Root& root, WalkFrom from, const std::string& path, FinalLink final_link,
            OwnRights& own_rights);

}  // namespace scsup

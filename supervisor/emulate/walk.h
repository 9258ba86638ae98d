// Walking a path as the target's kernel would, one component at a time, each step relative to a descriptor.
//
// It knows the target's root, its cwd, symlinks (at most 40), fs.protected_symlinks, nosymfollow mounts,
// "..", and that /proc/self means the target and not us. A step opens an entry of a directory that is held
// open, so nothing that a target swaps meanwhile can make the name that is judged belong to another object.
#pragma once

#include <string>

#include "supervisor/emulate/object.h"
#include "supervisor/emulate/own_rights.h"
#include "supervisor/target/root.h"
#include "supervisor/target/task.h"

namespace scsup {

struct WalkFrom {
  Fd directory;
  std::string name;  // in the target's words
};

enum class FinalLink {
  follow,
  keep,
  pass,  // more of the target's path comes after it: followed, and fs.protected_symlinks has no say
};

// Reads the kernel's settings that walks depend on, once: for a process that is about to leave our mount namespace, where
// /proc may be anything.
void prepare_walks();

// The object at `path`. May wait for disks and servers.
Object walk(const Task& task, const Root& root, WalkFrom from, const std::string& path, FinalLink final_link,
            OwnRights& own_rights);

}  // namespace scsup

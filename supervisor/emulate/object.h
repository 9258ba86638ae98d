// The object that a call's path resolves to: the same one is judged and then acted on.
#pragma once

#include <string>

#include "base/fd.h"

namespace scsup {

struct Object {
  enum class State {
    found,        // `fd` (and `name`) say what the call would act on
    failed,       // the kernel would fail with `err` on the way; `path` is as far as the name can be resolved
    would_block,  // only with Patience::none: resolving may have to wait for a disk or a server
  };
  State state = State::found;
  int err = 0;
  Fd fd;  // O_PATH: the parent directory when `name` is set, else the object itself
  std::string
      name;  // the entry of `fd` to be made or removed, with a trailing slash if there was one; "" for an existing
             // object
  std::string path;  // absolute, as the target sees it; "" if it has none (a pipe, or outside its root)

  static Object failure(int err, std::string path) {
    Object object;
    object.state = State::failed;
    object.err = err;
    object.path = std::move(path);
    return object;
  }
};

enum class Patience { none, unlimited };

// Can an operation on `fd`'s file system wait for something that a target or a network controls? Assumed of all but
// the known local file systems (so of FUSE, NFS, 9p, overlays of those).
bool may_wait(const Fd& fd);

// Does its mount follow no links (MS_NOSYMFOLLOW, 5.10)?
bool is_nosymfollow(const Fd& fd);

// Collapses "//" and "/./" of an absolute path without ".."; "/a//b/." is "/a/b".
std::string without_empty_components(const std::string& path);

}  // namespace scsup

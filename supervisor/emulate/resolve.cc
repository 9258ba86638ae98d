#include "supervisor/emulate/resolve.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "supervisor/emulate/own_descriptor.h"
#include "supervisor/emulate/walk.h"
#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

bool has_dot_dot(const std::string& path) {
  for (std::size_t at = path.find(".."); at != std::string::npos; at = path.find("..", at + 1)) {
    const bool begins = at == 0 || path[at - 1] == '/';
    const bool ends = at + 2 == path.size() || path[at + 2] == '/';
    if (begins && ends) return true;
  }
  return false;
}

std::string joined(const std::string& directory, const std::string& path) {
  return directory.empty() ? std::string() : without_empty_components(directory + "/" + path);
}

int openat2_here(int dir, const char* path, std::uint64_t flags, std::uint64_t resolve) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC | flags;
  how.resolve = resolve;
  return static_cast<int>(syscall(SYS_openat2, dir, path, &how, sizeof how));
}

// The object at `path`, by the fast way if that suffices.
Object look_up(const Task& task, const Start& start, const std::string& path, std::uint64_t open_flags,
               FinalLink final_link, Patience patience, OwnRights& own_rights) {
  const bool absolute = path.starts_with('/');
  const int from = absolute ? start.root.fd() : start.directory.get();
  if (!has_dot_dot(path)) {
    const std::size_t skip = std::min(path.find_first_not_of('/'), path.size());
    const char* relative = absolute ? path.c_str() + skip : path.c_str();
    const std::uint64_t cached = patience == Patience::none ? RESOLVE_CACHED : 0;
    Object object;
    object.fd.reset(openat2_here(from, *relative ? relative : ".", open_flags, RESOLVE_NO_SYMLINKS | cached));
    const int err = object.fd ? 0 : errno;
    if (err == EAGAIN && patience == Patience::none) {
      object.state = Object::State::would_block;
      return object;
    }
    if (err != ELOOP) {
      object.path = absolute ? without_empty_components(path) : joined(start.name, path);
      if (err == 0) return object;
      return Object::failure(err, std::move(object.path));
    }
  }
  if (patience == Patience::none) {
    // The walk may wait anywhere, but not if the whole path is cached: then the kernel gets to its end (or to the
    // answer that there is none) without waiting. The object found with our root and our /proc is thrown away.
    Fd probe(openat2_here(from, path.c_str() + (absolute ? 1 : 0), 0, RESOLVE_CACHED | RESOLVE_IN_ROOT));
    if (!probe && errno == EAGAIN) {
      Object object;
      object.state = Object::State::would_block;
      return object;
    }
  }
  WalkFrom walk_from;
  if (!absolute) {
    walk_from.directory.reset(openat(start.directory.get(), ".", O_PATH | O_CLOEXEC));
    if (!walk_from.directory) return Object::failure(errno, joined(start.name, path));
    walk_from.name = start.name;
  }
  return walk(task, start.root, std::move(walk_from), path, final_link, own_rights);
}

// The parent, and the name of the entry. The kernel decides what a name with a trailing slash must be.
Object resolve_entry(const Call& call, const Task& task, const Start& start, Patience patience,
                     OwnRights& own_rights) {
  const std::string& path = *call.operand.path;
  const NoEntry& no_entry = call.operation().no_entry;
  const std::size_t last = path.find_last_not_of('/');
  if (last == std::string::npos) return Object::failure(no_entry.root, "/");
  const std::size_t slash = path.rfind('/', last);
  const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
  std::string name = path.substr(begin, last + 1 - begin);
  if (name == "." || name == "..") {
    Object there = look_up(task, start, path, O_DIRECTORY, FinalLink::follow, patience, own_rights);
    if (there.state != Object::State::found) return there;
    return Object::failure(name == "." ? no_entry.dot : no_entry.dot_dot, std::move(there.path));
  }
  // "x" is made in ".", "/x" in "/", "a/x" in "a/": the slash says that a must be a directory.
  const std::string parent = begin == 0 ? "." : path.substr(0, begin);
  Object object = look_up(task, start, parent, O_DIRECTORY, FinalLink::pass, patience, own_rights);
  if (object.state == Object::State::would_block) return object;
  object.path = joined(object.path, name);
  object.name = std::move(name) + (last + 1 < path.size() ? "/" : "");
  return object;
}

std::string name_in_words_of(const Root& root, const Fd& fd) {
  const auto name = name_of(fd);
  // A pipe is named "pipe:[1]", which is not a path.
  return name && name->starts_with('/') ? root.in_its_words(*name) : std::string();
}

}  // namespace

Start start_of(const Call& call, const Task& task) {
  Start start;
  const std::string& path = *call.operand.path;
  auto root = Root::of(task.handles->proc);
  if (!root) {
    start.unseen = true;
    return start;
  }
  start.root = std::move(*root);
  if (path.starts_with('/')) {
    auto own = call.operand.follows ? own_descriptor(path, task, start.root) : std::nullopt;
    if (!own) return start;
    start.err = own->err;
    start.is_object = true;
    start.directory = std::move(own->object);
    if (start.directory) start.name = name_in_words_of(start.root, start.directory);
    return start;
  }
  auto opened = call.operand.dirfd == AT_FDCWD ? task.open_cwd() : task.open_fd(call.operand.dirfd);
  if (!opened) {
    const int err = opened.error().err;
    // /proc/TID/fd says ENOENT for a descriptor that isn't open.
    start.err = err == ENOENT && call.operand.dirfd != AT_FDCWD ? EBADF : err;
    return start;
  }
  start.directory = std::move(*opened);
  start.name = name_in_words_of(start.root, start.directory);
  return start;
}

Object resolve(const Call& call, const Task& task, Start start, Patience patience, OwnRights& own_rights) {
  const std::string& path = *call.operand.path;
  // The kernel reads the path before it looks at dirfd.
  if (path.empty() && !call.operand.may_be_empty) return Object::failure(ENOENT, start.name);
  if (start.err != 0) return Object::failure(start.err, {});
  if (path.empty() || start.is_object) {
    Object object;
    object.fd = std::move(start.directory);
    object.path = std::move(start.name);
    return object;
  }
  if (call.operation().names == Names::entry) return resolve_entry(call, task, start, patience, own_rights);
  const bool keep = !call.operand.follows;
  return look_up(task, start, path, keep ? O_NOFOLLOW : 0, keep ? FinalLink::keep : FinalLink::follow,
                 patience, own_rights);
}

}  // namespace scsup

#include "supervisor/emulate/walk.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "supervisor/emulate/procfs_links.h"
#include "supervisor/target/procfs.h"

namespace scsup {

namespace {

constexpr int most_links = 40;  // MAXSYMLINKS

bool protected_symlinks() {
  static const bool on = [] {
    Fd dir(open("/proc/sys/fs", O_PATH | O_CLOEXEC));
    return read_file_at(dir, "protected_symlinks").value_or("1\n").front() != '0';
  }();
  return on;
}

class Walker {
 public:
  Walker(const Task& task, const Root& root, WalkFrom from, OwnRights& own_rights)
      : task_(task),
        root_(root),
        own_rights_(own_rights),
        at_(std::move(from.directory)),
        name_(std::move(from.name)) {}

  Object to(std::string path, FinalLink final_link) {
    rest_ = std::move(path);
    must_be_directory_ = rest_.ends_with('/');
    if (rest_.starts_with('/') && !to_root()) return fail(errno);
    for (std::string component; next(component);) {
      const bool last = rest_.find_first_not_of('/') == std::string::npos;
      const int err = step(component, last, final_link);
      if (err != 0) return fail(err, component);
    }
    if (must_be_directory_ && !is_directory()) return fail(ENOTDIR);
    Object found;
    found.fd = std::move(at_);
    found.path = std::move(name_);
    return found;
  }

 private:
  Object fail(int err, const std::string& component = {}) const {
    return Object::failure(
        err, name_.empty() ? name_ : without_empty_components(name_ + "/" + component + "/" + rest_));
  }

  bool next(std::string& component) {
    const std::size_t begin = rest_.find_first_not_of('/');
    if (begin == std::string::npos) return false;
    const std::size_t end = std::min(rest_.find('/', begin), rest_.size());
    component = rest_.substr(begin, end - begin);
    rest_.erase(0, end);
    return true;
  }

  bool is_directory() const {
    struct stat st;
    return fstat(at_.get(), &st) == 0 && S_ISDIR(st.st_mode);
  }

  bool to_root() {
    at_.reset(openat(root_.fd(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    name_ = "/";
    return static_cast<bool>(at_);
  }

  bool at_root() const {
    struct statx here, root;
    if (statx(at_.get(), "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &here) != 0 ||
        statx(root_.fd(), "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &root) != 0)
      return true;  // unknown: stay inside
    return here.stx_ino == root.stx_ino && here.stx_mnt_id == root.stx_mnt_id &&
           here.stx_dev_major == root.stx_dev_major && here.stx_dev_minor == root.stx_dev_minor;
  }

  // Asked from the kernel after "..": a directory that was moved since we entered it has another parent than the one
  // we came from.
  void rename() {
    auto name = name_of(at_);
    name_ = name ? root_.in_its_words(*name) : std::string();
  }

  void enter(Fd fd, const std::string& component) {
    at_ = std::move(fd);
    if (!name_.empty()) name_ += name_ == "/" ? component : "/" + component;
  }

  int up() {
    if (at_root()) return 0;
    Fd parent(openat(at_.get(), "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!parent) return errno;
    at_ = std::move(parent);
    rename();
    return 0;
  }

  // A task may look into its own fd and follow its own links with any ids; we, who only wear them, may not. So these
  // few names are opened with our own rights, and only below "self": nothing else can be reached this way.
  bool is_own(const std::string& component) const {
    if (!among_own_) return false;
    for (const char* name : {"task", "fd", "cwd", "root", "exe"})
      if (component == name) return true;
    return component.find_first_not_of("0123456789") == std::string::npos;
  }

  // Opens an entry of at_. A mount that a target has put over one of its own names isn't its own: the call that opens
  // with our rights refuses to enter it, and it is then opened with the target's.
  Result<Fd> open_entry(const std::string& component, std::uint64_t flags) {
    if (among_own_) {
      auto own = own_rights_.open(at_, component, flags);
      if (own || own.error().err != EXDEV) return own;
      among_own_ = false;
    }
    Fd entry(openat(at_.get(), component.c_str(), static_cast<int>(O_PATH | O_NOFOLLOW | O_CLOEXEC | flags)));
    if (!entry) return tl::unexpected<Error>(Error{errno, {}});
    return entry;
  }

  int step(const std::string& component, bool last, FinalLink final_link) {
    among_own_ = is_own(component);
    if (component == ".") {  // refuses "file/." and a directory without x
      Fd same(openat(at_.get(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
      return same ? 0 : errno;
    }
    if (component == "..") return up();
    // With O_DIRECTORY the usual case takes one call: a symlink or a file is ENOTDIR.
    auto found = open_entry(component, O_DIRECTORY);
    if (found) return enter(std::move(*found), component), 0;
    if (found.error().err != ENOTDIR && found.error().err != ELOOP) return found.error().err;
    found = open_entry(component, 0);
    if (!found) return found.error().err;
    struct stat st;
    if (fstat(found->get(), &st) != 0) return errno;
    const bool trailing_slash = last && rest_.starts_with('/');
    if (S_ISLNK(st.st_mode) && (!last || trailing_slash || final_link != FinalLink::keep))
      return follow(std::move(*found), component, last, last && final_link != FinalLink::pass);
    if (!last && !S_ISDIR(st.st_mode)) return ENOTDIR;
    return enter(std::move(*found), component), 0;
  }

  int follow(Fd link, const std::string& component, bool last, bool ends_the_path) {
    if (++links_ > most_links) return ELOOP;
    if (is_nosymfollow(link)) return ELOOP;
    if (ends_the_path && is_protected(link)) return EACCES;
    if (among_own_) {
      auto target = own_rights_.follow(at_, component);
      if (!target) return target.error().err;
      among_own_ = false;
      at_ = std::move(*target);
      rename();
      return 0;
    }
    auto proc = follow_proc_link(task_, at_, component);
    if (!proc) return proc.error().err;
    if (proc->kind == ProcLink::Kind::self) {
      rest_ = proc->text + rest_;
      among_own_ = true;
      return 0;
    }
    if (proc->kind == ProcLink::Kind::object) {
      at_ = std::move(proc->target);
      rename();
      return 0;
    }
    char text[PATH_MAX];
    const ssize_t got = readlinkat(link.get(), "", text, sizeof text);
    if (got < 0) return errno;
    if (got == 0) return ENOENT;
    std::string path(text, static_cast<std::size_t>(got));
    if (path.starts_with('/') && !to_root()) return errno;
    if (last && path.ends_with('/')) must_be_directory_ = true;
    rest_ = path + rest_;
    return 0;
  }

  // proc(5), /proc/sys/fs/protected_symlinks: in a sticky world-writable directory a link is followed only by its
  // owner, or if it belongs to the directory's owner.
  bool is_protected(const Fd& link) {
    struct stat dir;
    if (!protected_symlinks()) return false;
    if (fstat(at_.get(), &dir) != 0) return true;
    return (dir.st_mode & S_ISVTX) != 0 && (dir.st_mode & S_IWOTH) != 0 && !own_rights_.is_owners(at_, link);
  }

  const Task& task_;
  const Root& root_;
  OwnRights& own_rights_;
  Fd at_;
  std::string name_;
  std::string rest_;
  int links_ = 0;
  bool must_be_directory_ = false;
  bool among_own_ = false;  // at_ is in /proc, on the way from "self" to one of the task's own links
};

}  // namespace

void prepare_walks() { protected_symlinks(); }

Object walk(const Task& task, const Root& root, WalkFrom from, const std::string& path, FinalLink final_link,
            OwnRights& own_rights) {
  return Walker(task, root, std::move(from), own_rights).to(path, final_link);
}

}  // namespace scsup

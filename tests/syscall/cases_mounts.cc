// Mount namespaces: what only the target has mounted, read-only and nosymfollow mounts, crossing them.
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

namespace twin {

namespace {

void own_mounts() {
  must(unshare(CLONE_NEWNS), "unshare");
  must(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make private");
}

void shown(std::initializer_list<const char*> paths) {
  for (const char* path : paths) show(path);
}

void only_here() {
  must(::mkdir("m", 0755), "mkdir");
  const int before = opened("m", O_PATH);
  own_mounts();
  must(mount("twin", "m", "tmpfs", 0, "mode=0750"), "mount tmpfs");
  mkdir("m/above");
  mkdir((std::string(get_current_dir_name()) + "/m/full").c_str());
  mkdir("m/../beside");
  mkdir("m/../m/again");
  mkdirat(before, "below");
  mkdirat(before, "../m/round");
  chmod("m", 0711);
  chmod("m/..", 0755);
  shown({"m", "m/above", "m/full", "m/again", "m/round", "m/below"});
  must(chdir("m"), "chdir");
  mkdir("in");
  mkdir("../out");
  chmod(".", 0700);
  shown({"in", "."});
  must(umount2(".", MNT_DETACH), "umount");
  mkdir("detached");
  mkdir("../detached");
  mkdir("..");
  shown({"detached"});
}

void read_only() {
  for (const char* name : {"real", "real/dir", "ro"}) must(::mkdir(name, 0755), name);
  file("real/file");
  link_to("../real/dir", "real/out");
  own_mounts();
  must(mount("real", "ro", nullptr, MS_BIND, nullptr), "bind");
  must(mount(nullptr, "ro", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr), "read-only");
  for (const char* path : {"ro/new", "ro/dir", "ro/dir/new", "ro", "ro/file", "ro/file/x", "ro/absent/x",
                           "ro/out", "ro/out/x", "ro/.", "ro/../a"})
    mkdir(path);
  for (const char* path : {"ro", "ro/dir", "ro/file", "ro/absent", "ro/out", "ro/..", "ro/dir/../file"})
    chmod(path, 0711);
  fchmod(opened("ro/file", O_RDONLY), 0600);
  fchmodat2(opened("ro/file", O_PATH), "", 0600, AT_EMPTY_PATH);
  fchmodat2(AT_FDCWD, "ro/out", 0600, AT_SYMLINK_NOFOLLOW);
  syscall(SYS_setfsuid, 65534);
  mkdir("ro/new");
  chmod("ro/file", 0600);
}

void nosymfollow() {
  must(::mkdir("m", 0755), "mkdir");
  own_mounts();
  if (!tried("mount with nosymfollow", mount("twin", "m", "tmpfs", MS_NOSYMFOLLOW, nullptr))) return;
  mkdir("m/dir");
  link_to("dir", "m/link");
  link_to("m/link", "outer");
  link_to("m/dir", "direct");
  for (const char* path : {"m/link", "m/link/x", "m/link/.", "outer/y", "direct/z", "m/dir/../link/x"})
    mkdir(path);
  for (const char* path : {"m/link", "m/link/", "outer", "direct", "m/dir"}) chmod(path, 0711);
  fchmodat2(AT_FDCWD, "m/link", 0700, AT_SYMLINK_NOFOLLOW);
  shown({"m/dir", "m/dir/x", "m/dir/z", "m/dir/y"});
}

void over_root_of_chroot() {
  for (const char* name : {"new", "new/dir"}) must(::mkdir(name, 0711), name);
  own_mounts();
  must(mount("new", "new", nullptr, MS_BIND, nullptr), "bind");
  must(chdir("new"), "chdir");
  must(mount(".", "/", nullptr, MS_MOVE, nullptr), "move over /");
  must(chroot("."), "chroot");
  for (const char* path : {"a", "/b", "../c", "/../d", "dir/../../e"}) mkdir(path);
  chmod("/", 0755);
  chmod("/..", 0755);
  shown({"/a", "/b", "/c", "/d", "/e", "/"});
}

void bind_of_file() {
  file("one", 0600);
  file("two", 0600);
  own_mounts();
  must(mount("one", "two", nullptr, MS_BIND, nullptr), "bind");
  chmod("two", 0640);
  mkdir("two");
  mkdir("two/x");
  shown({"one", "two"});
}

void stacked() {
  must(::mkdir("m", 0755), "mkdir");
  own_mounts();
  must(mount("twin", "m", "tmpfs", 0, nullptr), "mount tmpfs");
  const int under = opened("m", O_PATH);
  mkdir("m/lower");
  must(mount("twin", "m", "tmpfs", 0, nullptr), "mount tmpfs");
  mkdir("m/upper");
  mkdirat(under, "lower/x");
  mkdirat(under, "../side");
  mkdirat(under, "../m/upper/x");
  shown({"m/lower", "m/upper", "m/upper/x"});
}

}  // namespace

Cases mount_cases() {
  return {
      {"mounts_only_here", root, only_here},     {"mounts_read_only", root, read_only},
      {"mounts_nosymfollow", root, nosymfollow}, {"mounts_over_root", root, over_root_of_chroot},
      {"mounts_of_files", root, bind_of_file},   {"mounts_stacked", root, stacked},
  };
}

}  // namespace twin

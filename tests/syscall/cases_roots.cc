// chroot(2): absolute paths, links and ".." inside, and a working directory outside.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

void inner() {
  for (const char* name : {"inner", "inner/dir", "outer"}) must(::mkdir(name, 0711), name);
  link_to("/dir", "inner/absolute");
  link_to("../../../../dir", "inner/above");
  link_to("/", "inner/to-root");
  link_to("/absent", "inner/dangling");
  link_to("/absolute", "inner/twice");
}

void paths(const std::string& tag) {
  for (const char* path : {"/", "/..", "/../", "/../../a", "/b", "/../dir/../../c", "/dir/d", "/absolute/e",
                           "/above/f", "/to-root/g", "/to-root/../../h", "/dangling/i", "/dangling",
                           "/twice/j", "/absolute/../../k", "//l", "/outer/m"})
    mkdir((path + (std::string(path).back() == '/' || std::string(path).ends_with("..") ? "" : tag)).c_str());
  for (const char* path :
       {"/absolute", "/above", "/dir/..", "/../dir", "/to-root", "/twice", "/dangling", "/outer"})
    chmod(path, 0755);
  fchmodat2(AT_FDCWD, "/absolute", 0700, AT_SYMLINK_NOFOLLOW);
}

void inside() {
  inner();
  must(chroot("inner"), "chroot");
  must(chdir("/"), "chdir");
  paths("1");
  for (const char* path : {"n", "../o", "absolute/p", "above/q", "../../outer/r", "./dir/../../s"})
    mkdir(path);
  must(chdir("/dir"), "chdir");
  for (const char* path : {"t", "../u", "../../v", "../absolute/w"}) mkdir(path);
  chmod(".", 0711);
  chmod("..", 0755);
}

void cwd_outside() {
  inner();
  must(chdir("outer"), "chdir");
  must(chroot("../inner"), "chroot");
  paths("2");
  for (const char* path :
       {"a", "../b", "../inner/c", "../inner/absolute/d", "../inner/above/e", "../inner/to-root/f"})
    mkdir(path);
  chmod(".", 0700);
  chmod("../outer", 0711);
  chmod("../inner/absolute", 0750);
}

void dirfd_outside() {
  inner();
  const int outer = opened("outer", O_PATH), here = opened(".", O_RDONLY),
            file_there = (file("file"), opened("file", O_RDONLY));
  must(chroot("inner"), "chroot");
  must(chdir("/"), "chdir");
  mkdirat(outer, "a");
  mkdirat(outer, "../b");
  mkdirat(here, "inner/absolute/c");
  mkdirat(here, "outer/d");
  mkdirat(outer, "/e");
  fchmod(here, 0711);
  fchmod(file_there, 0600);
  fchmodat2(outer, "", 0700, AT_EMPTY_PATH);
  fchmodat(here, "file", 0640);
}

void nested() {
  inner();
  must(chroot("inner"), "chroot");
  must(chdir("/"), "chdir");
  mkdir("first");
  must(chroot("dir"), "chroot");
  paths("3");  // the cwd is outside now
  for (const char* path : {"a", "../b", "../up", "absolute/d"}) mkdir(path);
  must(chdir("/"), "chdir");
  mkdir("../e");
}

void removed_root() {
  inner();
  must(chdir("inner/dir"), "chdir");
  must(chroot("."), "chroot");
  must(chdir("/"), "chdir");
  mkdir("before");
  must(rmdir("before"), "rmdir");
  mkdir("/before");
  must(rmdir("/before"), "rmdir");
}

void by_symlink() {
  inner();
  link_to("inner", "to_inner");
  must(chroot("to_inner"), "chroot");
  must(chdir("/dir"), "chdir");
  mkdir("/absolute/x");
  mkdir("../y");
  mkdir("../../z");
}

}  // namespace

Cases root_cases() {
  return {
      {"chroot_inside", root, inside},
      {"chroot_cwd_outside", root, cwd_outside},
      {"chroot_dirfd_outside", root, dirfd_outside},
      {"chroot_nested", root, nested},
      {"chroot_twice_used", root, removed_root},
      {"chroot_by_link", root, by_symlink},
  };
}

}  // namespace twin

// With whose rights a call is made: fsuid, fsgid, groups, and ids changed right before it.
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

void owned(const char* path, uid_t uid, gid_t gid, mode_t mode) {
  must(lchown(path, uid, gid), path);
  must(::chmod(path, mode), path);
}

// Directories of root, of everybody and of user 65534; and a file of each.
void places() {
  for (const char* name : {"roots", "everybodys", "theirs", "groups"}) must(::mkdir(name, 0755), name);
  for (const char* name : {"roots/file", "everybodys/file", "theirs/file"}) file(name);
  owned("everybodys", 0, 0, 01777);
  owned("theirs", 65534, 65534, 0700);
  owned("theirs/file", 65534, 65534, 0600);
  owned("groups", 0, 77, 02770);
  must(::chmod(".", 0755), "chmod");
}

void everywhere(const std::string& who) {
  for (const char* place : {"roots", "everybodys", "theirs", "groups"}) {
    mkdir((std::string(place) + "/" + who).c_str());
    show(std::string(place) + "/" + who);
    chmod((std::string(place) + "/" + who).c_str(), 02755);
    chmod((std::string(place) + "/file").c_str(), 0640);
  }
}

void fsuid() {
  places();
  everywhere("root");
  syscall(SYS_setfsuid, 65534);
  everywhere("user");
  syscall(SYS_setfsgid, 65534);
  everywhere("user_and_group");
  syscall(SYS_setfsuid, 0);
  everywhere("group");
  syscall(SYS_setfsgid, 77);
  everywhere("other_group");
  syscall(SYS_setfsgid, 0);
  everywhere("root_again");
}

void groups() {
  places();
  const gid_t some[] = {77, 5, 1000, 77, 0x7fffffff};
  must(syscall(SYS_setgroups, 5, some), "setgroups");
  everywhere("root_in_77");
  syscall(SYS_setfsuid, 65534);
  everywhere("user_in_77");
  syscall(SYS_setfsuid, 0);
  must(syscall(SYS_setgroups, 0, nullptr), "setgroups");
  syscall(SYS_setfsuid, 65534);
  everywhere("user_in_none");
  syscall(SYS_setfsuid, 0);
  gid_t many[1000];
  for (gid_t i = 0; i < 1000; ++i) many[i] = 5000 - 3 * i;
  many[500] = 77;
  must(syscall(SYS_setgroups, 1000, many), "setgroups");
  syscall(SYS_setfsuid, 65534);
  everywhere("user_in_many");
}

void setgid_stripped() {
  file("mine");
  must(chown("mine", 65534, 77), "chown");
  must(::mkdir("dir", 0755), "mkdir");
  must(chown("dir", 65534, 77), "chown");
  must(syscall(SYS_setgroups, 0, nullptr), "setgroups");
  auto all = [](const char* who) {
    say(who);
    for (const char* path : {"mine", "dir"})
      for (Raw mode : {02755, 02644, 06755, 07777, 0755}) {
        chmod(path, mode);
        show(path);
      }
  };
  syscall(SYS_setfsgid, 65534);
  syscall(SYS_setfsuid, 65534);
  all("owner, not in the group");
  syscall(SYS_setfsgid, 77);
  all("owner, in the group");
  syscall(SYS_setfsgid, 65534);
  syscall(SYS_setfsuid, 0);
  const gid_t group[] = {77};
  must(syscall(SYS_setgroups, 1, group), "setgroups");
  syscall(SYS_setfsuid, 65534);
  all("owner, in the group by a supplementary one");
  syscall(SYS_setfsuid, 65533);
  all("neither owner nor root");
}

void setgid_directory() {
  must(::mkdir("parent", 0755), "mkdir");
  owned("parent", 65534, 77, 02777);
  must(syscall(SYS_setgroups, 0, nullptr), "setgroups");
  mkdir("parent/root");
  syscall(SYS_setfsgid, 65534);
  syscall(SYS_setfsuid, 65534);
  mkdir("parent/user");
  mkdir("parent/user/below");
  chmod("parent/user", 0755);
  chmod("parent/user", 02755);
  mkdir("parent/user/after");
  syscall(SYS_setfsgid, 77);
  mkdir("parent/member");
  chmod("parent/member", 02755);
  chmod("parent", 02777);
}

void ids_dropped() {
  places();
  must(syscall(SYS_setgroups, 0, nullptr), "setgroups");
  must(syscall(SYS_setresgid, 65534, 65534, 65534), "setresgid");
  everywhere("gid");
  must(syscall(SYS_setresuid, -1, 65534, 0), "setresuid");
  everywhere("effective");
  must(syscall(SYS_setresuid, -1, 0, 0), "setresuid");
  everywhere("back");
  must(syscall(SYS_setresuid, 65534, 65534, 65534), "setresuid");
  everywhere("dropped");
}

void not_dumpable() {
  places();
  must(prctl(PR_SET_DUMPABLE, 0), "PR_SET_DUMPABLE");
  everywhere("root");
  must(syscall(SYS_setresuid, 65534, 65534, 65534), "setresuid");
  everywhere("user");
}

void sticky_directory() {
  places();
  must(::mkdir("everybodys/root", 0777), "mkdir");
  syscall(SYS_setfsuid, 65534);
  file("everybodys/new");
  chmod("everybodys/new", 01644);
  chmod("everybodys/root", 0700);
  mkdir("everybodys/root/x", 01777);
  chmod("everybodys", 0700);
}

}  // namespace

Cases identity_cases() {
  return {
      {"fsuid_and_fsgid", root, fsuid},
      {"supplementary_groups", root, groups},
      {"setgid_stripped", root, setgid_stripped},
      {"setgid_directory", root, setgid_directory},
      {"ids_dropped", root, ids_dropped},
      {"not_dumpable", root, not_dumpable},
      {"sticky_directory", root, sticky_directory},
  };
}

}  // namespace twin

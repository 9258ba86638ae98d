// User namespaces with ranges of ids, as in containers: what root and others inside may do to objects with mapped
// ids, and to others.
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"
#include "tests/syscall/inside.h"

namespace twin {

namespace {

constexpr const char* container = "0 100000 65536";

std::uint64_t bit(int cap) { return std::uint64_t{1} << cap; }

void effective_without(std::uint64_t drop, bool permitted_too = false) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2];
  must(syscall(SYS_capget, &header, sets), "capget");
  for (int i = 0; i < 2; ++i) {
    const auto some = static_cast<std::uint32_t>(drop >> (32 * i));
    if (permitted_too) sets[i].permitted &= ~some;
    sets[i].effective = sets[i].permitted & ~some;
  }
  must(syscall(SYS_capset, &header, sets), "capset");
}

struct Place {
  const char* name;
  uid_t uid;
  gid_t gid;
};
// By uid and gid outside. 100000 is root inside, 165534 nobody; 65534 and 0 are not mapped.
constexpr Place all[] = {{"inner_root", 100000, 100000},   {"inner_user", 101000, 101000},
                         {"inner_nobody", 165534, 165534}, {"outer_root", 0, 0},
                         {"outer_nobody", 65534, 65534},   {"outer_group", 100000, 0},
                         {"outer_owner", 0, 100000},       {"beyond", 165536, 165536},
                         {"other_group", 101000, 100077},  {"unmapped_group", 101000, 5000}};

void places() {
  for (const Place& place : all) {
    const std::string name = place.name;
    for (const auto& [kind, mode] :
         {std::pair{"/open", 0777}, {"/shut", 0700}, {"/setgid", 02775}, {"/sticky", 01777}}) {
      ::mkdir(name.c_str(), 0755);
      must(::mkdir((name + kind).c_str(), 0700), kind);
      must(chown((name + kind).c_str(), place.uid, place.gid), "chown");
      must(::chmod((name + kind).c_str(), static_cast<mode_t>(mode)), "chmod");
    }
    file((name + "/file").c_str(), 0600);
    must(chown((name + "/file").c_str(), place.uid, place.gid), "chown");
    must(chown(name.c_str(), place.uid, place.gid), "chown");
  }
}

void everywhere(const std::string& who) {
  for (const Place& place : all) {
    const std::string name = place.name;
    mkdir((name + "/" + who).c_str());
    for (const char* kind : {"/open/", "/shut/", "/setgid/", "/sticky/"}) {
      mkdir((name + kind + who).c_str(), 02771);
      chmod((name + kind + who).c_str(), 02755);
      show(name + kind + who);
    }
    chmod((name + "/file").c_str(), 06640);
    show(name + "/file");
    chmod((name + "/shut").c_str(), 0700);
  }
}

void root_inside() {
  places();
  enter_mapped(container, container);
  everywhere("root");
}

void user_inside() {
  places();
  enter_mapped(container, container);
  const gid_t groups[] = {77, 1000};
  must(syscall(SYS_setgroups, 2, groups), "setgroups");
  must(syscall(SYS_setresgid, 1000, 1000, 1000), "setresgid");
  must(syscall(SYS_setresuid, 1000, 1000, 1000), "setresuid");
  everywhere("user");
}

void without_capabilities() {
  places();
  enter_mapped(container, container);
  const std::pair<const char*, std::uint64_t> drops[] = {
      {"no_override", bit(CAP_DAC_OVERRIDE) | bit(CAP_DAC_READ_SEARCH)},
      {"may_search", bit(CAP_DAC_OVERRIDE)},
      {"no_fowner", bit(CAP_FOWNER)},
      {"no_fsetid", bit(CAP_FSETID)},
      {"no_chown", bit(CAP_CHOWN)},
      {"none", ~std::uint64_t{0}}};
  for (const auto& [who, drop] : drops) {
    effective_without(drop);
    everywhere(who);
  }
  effective_without(~std::uint64_t{0}, true);
  everywhere("nothing_for_good");
}

void fsids() {
  places();
  enter_mapped(container, container);
  syscall(SYS_setfsuid, 1000);
  everywhere("fsuid");
  syscall(SYS_setfsgid, 77);
  everywhere("fsuid_fsgid");
  effective_without(0);
  everywhere("fsuid_with_all");
  syscall(SYS_setfsuid, 0);
  everywhere("back");
}

void ranges() {
  places();
  enter_mapped("0 100000 1000\n1000 0 1\n2000 101000 10\n",
               "0 100000 50\n1000 0 1\n77 100077 1\n2000 101000 10\n");
  everywhere("root");
  must(syscall(SYS_setresgid, 2000, 2000, 2000), "setresgid");
  must(syscall(SYS_setresuid, 2000, 2000, 2000), "setresuid");
  everywhere("user");
}

void outer_root_inside() {
  places();
  enter_mapped("0 100000 1000\n1000 0 1\n", "0 100000 1000\n1000 0 1\n");
  must(syscall(SYS_setresgid, 1000, 1000, 1000), "setresgid");
  must(syscall(SYS_setresuid, 1000, 1000, 1000), "setresuid");
  everywhere("outer_root_without_rights");
}

// A process that enters keeps unmapped ids, and its groups.
void kept_ids() {
  places();
  const gid_t groups[] = {5000, 100077};
  must(syscall(SYS_setgroups, 2, groups), "setgroups");
  must(syscall(SYS_setresgid, 5000, 5000, 5000), "setresgid");
  must(prctl(PR_SET_KEEPCAPS, 1), "PR_SET_KEEPCAPS");
  must(syscall(SYS_setresuid, 101000, 101000, 101000), "setresuid");
  must(unshare(CLONE_NEWUSER), "unshare");
  everywhere("unmapped");
}

void range_in_range() {
  places();
  enter_mapped(container, container);
  everywhere("outer");
  enter_mapped("0 1000 1\n1 65534 1\n", "0 1000 1\n1 77 1\n");
  everywhere("inner");
  must(syscall(SYS_setresuid, 1, 1, 1), "setresuid");
  everywhere("inner_user");
}

void mounts_inside() {
  places();
  must(::mkdir("m", 0755), "mkdir");
  enter_mapped(container, container, CLONE_NEWNS);
  must(mount("twin", "m", "tmpfs", 0, "mode=01777"), "mount tmpfs");
  mkdir("m/roots", 0700);
  must(chown("m/roots", 1000, 77), "chown");
  mkdir("m/roots/x");
  chmod("m/roots", 02750);
  show("m/roots");
  must(syscall(SYS_setfsuid, 1000), "setfsuid");
  mkdir("m/roots/y");
  show("m/roots/y");
  chmod("m", 0755);
  // An id that is unknown to the mount's namespace can own nothing there.
  link_to("roots", "m/link");
  syscall(SYS_setfsuid, 1001);
  chmod("m/link", 0711);
  mkdir("m/link/z");
  syscall(SYS_setfsuid, 0);
  chmod("m/link", 0711);
  tried("umount", umount2("m", 0));
}

void overlay_inside() {
  for (const char* name : {"lower", "upper", "work", "m"}) must(::mkdir(name, 0755), name);
  for (const char* name : {"upper", "work", "m"}) must(chown(name, 100000, 100000), "chown");
  must(::mkdir("lower/roots", 0755), "mkdir");
  must(::mkdir("lower/inner", 02755), "mkdir");
  file("lower/inner/file");
  must(chown("lower/inner", 101000, 100077), "chown");
  must(chown("lower/inner/file", 101000, 100077), "chown");
  must(::chmod("lower/inner", 02750), "chmod");
  enter_mapped(container, container, CLONE_NEWNS);
  if (!tried("mount overlay",
             mount("twin", "m", "overlay", 0, "lowerdir=lower,upperdir=upper,workdir=work,userxattr")))
    return;
  for (const char* path : {"m/x", "m/roots/x", "m/inner/x", "m/inner/file/x"}) mkdir(path);
  for (const char* path : {"m/roots", "m/inner", "m/inner/file", "m"}) chmod(path, 02711);
  for (const char* path : {"m/x", "m/roots", "m/inner", "m/inner/x", "m/inner/file"}) show(path);
  syscall(SYS_setfsuid, 1000);
  mkdir("m/inner/y");
  chmod("m/inner/file", 0600);
  chmod("m/x", 0600);
  show("m/inner/y");
  syscall(SYS_setfsuid, 0);
  tried("umount", umount2("m", 0));
}

// Links in a sticky world-writable directory, whose owners look alike from inside.
void sticky_links_inside() {
  must(::mkdir("target", 0777), "mkdir");
  must(chown("target", 100000, 100000), "chown");
  must(::mkdir("sticky", 0777), "mkdir");
  const std::pair<const char*, uid_t> links[] = {{"sticky/mine", 100000},
                                                 {"sticky/users", 101000},
                                                 {"sticky/nobodys", 165534},
                                                 {"sticky/outer_nobodys", 65534},
                                                 {"sticky/outer_roots", 0}};
  for (const auto& [name, owner] : links) {
    link_to("../target", name);
    must(lchown(name, owner, owner), name);
  }
  must(chown("sticky", 65534, 65534), "chown");
  must(::chmod("sticky", 01777), "chmod");
  enter_mapped(container, container);
  for (const auto& [name, owner] : links) {
    chmod(name, 0700);
    mkdir((std::string(name) + "/x").c_str());
  }
  syscall(SYS_setfsuid, 65534);
  for (const auto& [name, owner] : links) chmod(name, 0711);
}

}  // namespace

Cases mapped_cases() {
  const unsigned needs = root | user_namespace;
  return {
      {"mapped_root", needs, root_inside},
      {"mapped_user", needs, user_inside},
      {"mapped_without_capabilities", needs, without_capabilities},
      {"mapped_fsids", needs, fsids},
      {"mapped_ranges", needs, ranges},
      {"mapped_outer_root", needs, outer_root_inside},
      {"mapped_kept_ids", needs, kept_ids},
      {"mapped_range_in_range", needs, range_in_range},
      {"mapped_mounts", needs, mounts_inside},
      {"mapped_overlay", needs, overlay_inside},
      {"mapped_sticky_links", needs | sticky_links, sticky_links_inside},
  };
}

}  // namespace twin

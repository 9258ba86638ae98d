// POSIX ACLs, written in the kernel's own format (linux/posix_acl_xattr.h), so that no tool is needed.
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <vector>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

struct Entry {
  std::uint16_t tag, permissions;
  std::uint32_t id;
};
constexpr std::uint16_t user_obj = 1, user = 2, group_obj = 4, group = 8, mask = 0x10, other = 0x20;
constexpr std::uint32_t nobody = ~0u;

bool set(const char* path, const char* name, const std::vector<Entry>& entries) {
  std::vector<std::uint8_t> bytes{2, 0, 0, 0};
  for (const Entry& entry : entries) {
    const auto* raw_entry = reinterpret_cast<const std::uint8_t*>(&entry);
    bytes.insert(bytes.end(), raw_entry, raw_entry + sizeof entry);
  }
  return tried(name, setxattr(path, name, bytes.data(), bytes.size(), 0));
}

constexpr const char* by_default = "system.posix_acl_default";
constexpr const char* access = "system.posix_acl_access";

void made_below() {
  mkdir("parent");
  set("parent", by_default,
      {{user_obj, 7, nobody},
       {user, 5, 1234},
       {group_obj, 7, nobody},
       {group, 6, 77},
       {mask, 7, nobody},
       {other, 1, nobody}});
  int n = 0;
  for (mode_t bits : {022, 0, 077, 0777})
    for (Raw mode : {0777, 0700, 0070, 0, 02755, 01777}) {
      umask(bits);
      const std::string name = "parent/d" + std::to_string(n++);
      mkdir(name.c_str(), mode);
      show(name);
    }
  umask(077);
  mkdir("parent/again");
  chmod("parent/again", 0755);
  mkdir("parent/again/deep");
  show("parent/again/deep");
}

void small_default() {
  mkdir("parent");
  set("parent", by_default, {{user_obj, 7, nobody}, {group_obj, 5, nobody}, {other, 0, nobody}});
  umask(0);
  mkdir("parent/a");
  umask(0777);
  mkdir("parent/b", 0750);
  show("parent/a");
  show("parent/b");
  chmod("parent", 02770);
  mkdir("parent/c");
  show("parent/c");
}

void mask_of_chmod() {
  file("file");
  set("file", access,
      {{user_obj, 6, nobody},
       {user, 6, 1234},
       {group_obj, 4, nobody},
       {mask, 6, nobody},
       {other, 4, nobody}});
  show("file");
  for (Raw mode : {0600, 0640, 0777, 04711, 0}) {
    chmod("file", mode);
    show("file");
  }
}

void right_by_acl() {
  mkdir("dir");
  chmod("dir", 0700);
  set("dir", access,
      {{user_obj, 7, nobody},
       {user, 7, 65534},
       {group_obj, 0, nobody},
       {group, 5, 77},
       {mask, 7, nobody},
       {other, 0, nobody}});
  syscall(SYS_setfsgid, 65534);
  syscall(SYS_setfsuid, 65534);
  mkdir("dir/allowed");
  syscall(SYS_setfsuid, 65533);
  mkdir("dir/refused");
  syscall(SYS_setfsgid, 77);
  mkdir("dir/searched");
  mkdir("dir/allowed");
}

}  // namespace

Cases acl_cases() {
  return {
      {"acl_default", acl, made_below},
      {"acl_default_small", acl, small_default},
      {"acl_and_chmod", acl, mask_of_chmod},
      {"acl_gives_rights", acl | root, right_by_acl},
  };
}

}  // namespace twin

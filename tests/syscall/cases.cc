#include "tests/syscall/cases.h"

namespace twin {

const Cases& all_cases() {
  static const Cases all = [] {
    Cases joined;
    for (auto topic :
         {path_cases, name_cases, link_cases, dirfd_cases, descriptor_cases, mode_cases, acl_cases,
          identity_cases, capability_cases, root_cases, mount_cases, user_namespace_cases, mapped_cases,
          procfs_cases, remove_cases, foreign_procfs_cases, thread_cases, child_cases, abi_cases}) {
      const Cases some = topic();
      joined.insert(joined.end(), some.begin(), some.end());
    }
    return joined;
  }();
  return all;
}

const Case* find_case(std::string_view name) {
  for (const Case& one : all_cases())
    if (one.name == name) return &one;
  return nullptr;
}

}  // namespace twin

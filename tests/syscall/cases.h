// The cases, by topic. A case makes its calls in the current directory, a fresh one, and prints each result.
#pragma once

#include <string_view>
#include <vector>

namespace twin {

enum Need : unsigned {
  nothing = 0,
  root = 1,            // every capability, in the first user namespace or one that scsup shares
  acl = 2,             // POSIX ACLs on the file system
  sticky_links = 4,    // fs.protected_symlinks is 1
  user_namespace = 8,  // an ordinary user may create one
  int80_calls = 16,    // the kernel accepts i386 calls
  by_exec = 32,        // another case execs it: not run by itself
};

struct Case {
  const char* name;
  unsigned needs;
  void (*run)();
};

using Cases = std::vector<Case>;
Cases path_cases();
Cases name_cases();
Cases link_cases();
Cases dirfd_cases();
Cases descriptor_cases();
Cases mode_cases();
Cases acl_cases();
Cases identity_cases();
Cases capability_cases();
Cases remove_cases();
Cases root_cases();
Cases mount_cases();
Cases user_namespace_cases();
Cases mapped_cases();
Cases procfs_cases();
Cases foreign_procfs_cases();
Cases thread_cases();
Cases child_cases();
Cases abi_cases();

const Cases& all_cases();
const Case* find_case(std::string_view name);

}  // namespace twin

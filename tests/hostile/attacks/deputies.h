// A target that is root in its own user namespace and knows the processes that act for it there.
#pragma once

#include <dirent.h>
#include <sched.h>

#include <fstream>
#include <vector>

#include "tests/hostile/attacks/attack.h"

inline void enter_user_namespace(int more = 0) {
  const std::string uid = std::to_string(geteuid()), gid = std::to_string(getegid());
  if (unshare(CLONE_NEWUSER | more) != 0) impossible("a user namespace of one's own");
  const std::pair<const char*, std::string> files[] = {{"/proc/self/setgroups", "deny"},
                                                       {"/proc/self/uid_map", "0 " + uid + " 1"},
                                                       {"/proc/self/gid_map", "0 " + gid + " 1"}};
  for (const auto& [file, text] : files) {
    const int fd = open(file, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text.data(), text.size()) < 0) impossible(file);
    close(fd);
  }
}

// The children of `parent` whose name begins with `name`; others belong to other supervisors.
inline std::vector<pid_t> children(pid_t parent, const std::string& name) {
  std::vector<pid_t> found;
  DIR* proc = opendir("/proc");
  while (const dirent* entry = proc ? readdir(proc) : nullptr) {
    const pid_t pid = std::atoi(entry->d_name);
    if (pid <= 0) continue;
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string stat;
    std::getline(file, stat);
    const std::size_t open_at = stat.find('('), close_at = stat.rfind(')');
    if (close_at == std::string::npos || !std::string_view(stat).substr(open_at + 1).starts_with(name))
      continue;
    char state;
    int ppid;
    if (std::sscanf(stat.c_str() + close_at + 1, " %c %d", &state, &ppid) == 2 && ppid == parent &&
        state != 'Z')
      found.push_back(pid);
  }
  if (proc) closedir(proc);
  return found;
}

inline std::vector<pid_t> deputies(pid_t supervisor) {
  std::vector<pid_t> found;
  for (const pid_t zygote : children(supervisor, "scsup-zygote"))
    for (const pid_t pid : children(zygote, "scsup-deputy")) found.push_back(pid);
  return found;
}

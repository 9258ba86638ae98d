// In a user namespace: a file system where a call was just denied or performed can be unmounted, as natively. argv:
// directory.
#include <sys/mount.h>

#include "tests/hostile/attacks/deputies.h"

int main(int, char** argv) {
  const std::string root = argv[1];
  enter_user_namespace(CLONE_NEWNS);
  for (const char* where : {"/no", "/ok"}) {
    const std::string mounted = root + where, name = mounted + "/x";
    const int expected = std::string(where) == "/no" ? EACCES : 0;
    for (Rounds rounds(200, 3000); rounds.next();) {
      if (mount("hostile", mounted.c_str(), "tmpfs", 0, nullptr) != 0) impossible("mount");
      const int err = mkdir(name.c_str(), 0755) == 0 ? 0 : errno;
      if (err != expected) breach("mkdir: %s", std::strerror(err));
      if (umount2(mounted.c_str(), 0) != 0) breach("umount of %s: %s", where, std::strerror(errno));
    }
  }
}

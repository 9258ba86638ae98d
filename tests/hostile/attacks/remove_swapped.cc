// The removed name is in turn the target's own and, through a link, one that it must not touch; another program may
// recreate each name at once.
#include <thread>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string root = argv[1];
  const std::string a = root + "/ok/a", b = root + "/ok/b", kept = root + "/no/file",
                    kept_dir = root + "/no/dir";
  mkdir(a.c_str(), 0777);
  mkdir(kept_dir.c_str(), 0777);
  close(open(kept.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  if (symlink((root + "/no").c_str(), b.c_str()) != 0) impossible("symlink");
  std::atomic<bool> over{false};
  std::thread swapper([&] {
    while (!over) renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
  });
  long removed = 0;
  for (Rounds rounds(30000, 1500); rounds.next();) {
    // Made in whichever of the two is the directory now: otherwise the file exists already.
    close(open((a + "/file").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    mkdir((a + "/dir").c_str(), 0777);
    for (const std::string& place : {a, root + "/ok/./a/", root + "/ok/a/../a"}) {
      if (unlink((place + "/file").c_str()) == 0) ++removed;
      if (rmdir((place + "/dir").c_str()) == 0) ++removed;
      const int fd = open(place.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
      if (unlinkat(fd, "file", 0) == 0) ++removed;
      if (unlinkat(fd, "dir/", AT_REMOVEDIR) == 0) ++removed;
      close(fd);
      if (!exists(kept)) breach("the file was removed through the swapped link");
      if (!exists(kept_dir)) breach("the directory was removed through the swapped link");
    }
  }
  over = true;
  swapper.join();
  if (removed == 0) breach("nothing was ever removed");
}

// A target that hides its memory and /proc files with PR_SET_DUMPABLE, before its first call and after.
#include <sys/prctl.h>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string root = argv[1];
  const bool may_look = geteuid() == 0;
  const auto attempt = [&](bool hidden, const std::string& name) {
    const int err = mkdir((root + "/ok/" + name).c_str(), 0777) == 0 ? 0 : errno;
    const int expected = hidden && !may_look ? EPERM : 0;
    if (err != expected) breach("mkdir %s: %s", name.c_str(), std::strerror(err));
    if (mkdir((root + "/no/" + name).c_str(), 0777) == 0) breach("made in the forbidden place");
  };
  attempt(false, "1");
  prctl(PR_SET_DUMPABLE, 0);
  attempt(true, "2");
  const int fd = open((root + "/no/f").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (fchmod(fd, 0777) == 0) breach("a forbidden file was changed by its descriptor");
  prctl(PR_SET_DUMPABLE, 1);
  attempt(false, "3");
}

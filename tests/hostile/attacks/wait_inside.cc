// In a user namespace: makes one call that is emulated there, says so and waits for stdin's end; then makes another.
// argv: directory. Prints the second call's errno.
#include "tests/hostile/attacks/deputies.h"

int main(int, char** argv) {
  const std::string root = argv[1];
  enter_user_namespace();
  if (mkdir((root + "/ok/first").c_str(), 0755) != 0) breach("mkdir: %s", std::strerror(errno));
  close(open((root + "/begun").c_str(), O_WRONLY | O_CLOEXEC));
  char byte;
  const int go = open((root + "/go").c_str(), O_RDONLY | O_CLOEXEC);
  if (read(go, &byte, 1) < 0) breach("read");
  std::printf("%d\n", mkdir((root + "/ok/second").c_str(), 0755) == 0 ? 0 : errno);
}

// A chain of processes: each leaves a child in a new session and ends at once. Says "fleeing" first. It ends by
// itself when its output has no reader any more.
#include <poll.h>
#include <unistd.h>

int main(void) {
  if (write(1, "fleeing\n", 8) != 8) return 1;
  for (;;) {
    struct pollfd reader = {1, 0, 0};
    if (poll(&reader, 1, 0) != 0) return 0;
    if (fork() > 0) _exit(0);
    setsid();
  }
}

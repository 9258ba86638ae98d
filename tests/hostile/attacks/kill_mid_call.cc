// Children that make directories are killed at random moments, thousands of times.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "tests/hostile/attacks/attack.h"

namespace {

void one(const std::string& directory, unsigned spin) {
  const pid_t child = fork();
  if (child < 0) impossible("fork");
  if (child == 0) {
    const std::string mine = directory + "/" + std::to_string(getpid()) + "-";
    for (int i = 0;; ++i) {
      const std::string name = mine + std::to_string(i);
      if (mkdir(name.c_str(), 0777) != 0) breach("mkdir of a new name: %s", std::strerror(errno));
      if (rmdir(name.c_str()) != 0) breach("rmdir of what was just made: %s", std::strerror(errno));
    }
  }
  for (unsigned i = 0; i < spin; ++i) asm volatile("");
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  kill(child, SIGKILL);
  pollfd ended{pidfd, POLLIN, 0};
  poll(&ended, 1, -1);
  close(pidfd);
  int status;
  waitpid(child, &status, 0);
  if (!WIFSIGNALED(status)) _exit(1);  // it has said why
}

long descriptor_slots(pid_t pid) {
  const std::string name = "/proc/" + std::to_string(pid) + "/status";
  FILE* file = std::fopen(name.c_str(), "re");
  char line[256];
  long slots = -1;
  while (file && std::fgets(line, sizeof line, file)) std::sscanf(line, "FDSize: %ld", &slots);
  if (file) std::fclose(file);
  return slots;
}

}  // namespace

int main(int, char** argv) {
  const std::string directory = std::string(argv[1]) + "/ok";
  const pid_t supervisor = getppid();
  unsigned random = 1;
  long rounds_made = 0;
  for (Rounds rounds(3000, 6000); rounds.next(); ++rounds_made) {
    random = random * 1103515245u + 12345u;
    one(directory, (random >> 12) % 400000);
  }
  // Its table grows by doubling: 2,000 leaked descriptors would show, the few dozen remembered tasks don't.
  if (descriptor_slots(supervisor) > 1024)
    breach("the supervisor has %ld descriptor slots", descriptor_slots(supervisor));
  std::printf("%ld\n", rounds_made);
}

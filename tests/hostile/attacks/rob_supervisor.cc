// A target of the supervisor's own user tries to trace it, to write its memory and to take its descriptors.
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "tests/hostile/attacks/attack.h"

int main() {
  const pid_t supervisor = getppid();
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, supervisor, 0));
  for (int fd = 0; fd < 64; ++fd)
    if (syscall(SYS_pidfd_getfd, pidfd, fd, 0) >= 0) breach("took descriptor %d", fd);
  const std::string proc = "/proc/" + std::to_string(supervisor);
  for (const char* file : {"/mem", "/environ", "/fd/0", "/map_files"})
    if (open((proc + file).c_str(), O_RDWR | O_CLOEXEC) >= 0) breach("opened %s", file);
  char byte;
  iovec local{&byte, 1}, remote{reinterpret_cast<void*>(0x400000), 1};
  if (process_vm_readv(supervisor, &local, 1, &remote, 1, 0) >= 0 || errno != EPERM)
    breach("read its memory");
  if (ptrace(PTRACE_SEIZE, supervisor, nullptr, nullptr) == 0) breach("traced it");
}

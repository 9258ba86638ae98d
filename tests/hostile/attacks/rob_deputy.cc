// Root in a user namespace tries to trace the process that acts for it there, to read and write its memory and to
// take its descriptors; and the same with its parent. argv: directory.
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "tests/hostile/attacks/deputies.h"

int main(int, char** argv) {
  const pid_t supervisor = getppid();
  enter_user_namespace();
  if (mkdir((std::string(argv[1]) + "/ok/x").c_str(), 0755) != 0) breach("mkdir: %s", std::strerror(errno));
  std::vector<pid_t> preys = deputies(supervisor);
  if (preys.empty()) breach("there is no deputy");
  for (const pid_t zygote : children(supervisor, "scsup-zygote")) preys.push_back(zygote);
  for (const pid_t prey : preys) {
    const std::string proc = "/proc/" + std::to_string(prey);
    for (const int how : {O_RDONLY, O_WRONLY, O_RDWR})
      if (open((proc + "/mem").c_str(), how | O_CLOEXEC) >= 0) breach("opened the memory of %d", prey);
    for (const char* link :
         {"/fd/0", "/fd/3", "/fd/4", "/fd/5", "/cwd", "/root", "/exe", "/ns/user", "/ns/mnt"})
      if (open((proc + link).c_str(), O_PATH | O_CLOEXEC) >= 0) breach("followed %s of %d", link, prey);
    for (const char* file :
         {"/environ", "/auxv", "/maps", "/smaps", "/pagemap", "/syscall", "/stack", "/io"}) {
      char byte;  // some can be opened because of the uid, but not read
      const int fd = open((proc + file).c_str(), O_RDONLY | O_CLOEXEC);
      if (fd >= 0 && read(fd, &byte, 1) > 0) breach("read %s of %d", file, prey);
    }
    const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, prey, 0));
    for (int fd = 0; fd < 64; ++fd)
      if (syscall(SYS_pidfd_getfd, pidfd, fd, 0) >= 0) breach("took descriptor %d of %d", fd, prey);
    char buffer[64];
    iovec local{buffer, sizeof buffer}, remote{reinterpret_cast<void*>(0x400000), sizeof buffer};
    if (process_vm_readv(prey, &local, 1, &remote, 1, 0) >= 0 || errno != EPERM)
      breach("read memory of %d", prey);
    if (process_vm_writev(prey, &local, 1, &remote, 1, 0) >= 0 || errno != EPERM)
      breach("wrote memory of %d", prey);
    for (const auto request : {PTRACE_SEIZE, PTRACE_ATTACH})
      if (ptrace(request, prey, nullptr, nullptr) == 0) breach("traced %d", prey);
  }
}

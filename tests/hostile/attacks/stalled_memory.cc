// Paths in memory that is not served (userfaultfd): those calls fail with ETIMEDOUT, others go on meanwhile, and
// nothing is done when the memory is served at last. argv: directory, number of stalled threads.
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <thread>
#include <vector>

#include "tests/hostile/attacks/attack.h"

namespace {

constexpr std::size_t page = 4096;

int open_userfaultfd() {
  int fd = static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK));
  if (fd < 0) impossible("userfaultfd (needs CAP_SYS_PTRACE or vm.unprivileged_userfaultfd)");
  uffdio_api api{};
  api.api = UFFD_API;
  if (ioctl(fd, UFFDIO_API, &api) != 0) impossible("UFFDIO_API");
  return fd;
}

char* unserved(int fd, std::size_t pages) {
  void* memory = mmap(nullptr, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  uffdio_register range{};
  range.range.start = reinterpret_cast<std::uintptr_t>(memory);
  range.range.len = pages * page;
  range.mode = UFFDIO_REGISTER_MODE_MISSING;
  if (ioctl(fd, UFFDIO_REGISTER, &range) != 0) impossible("UFFDIO_REGISTER");
  return static_cast<char*>(memory);
}

}  // namespace

int main(int, char** argv) {
  const std::string root = argv[1];
  const std::size_t count = std::stoul(argv[2]);
  const int uffd = open_userfaultfd();
  char* memory = unserved(uffd, count);
  std::vector<std::thread> threads;
  std::atomic<std::size_t> waiting{0}, over{0};
  for (std::size_t i = 0; i < count; ++i)
    threads.emplace_back([&, i] {
      ++waiting;
      const int result = mkdir(memory + i * page, 0777);
      if (result == 0 || errno != ETIMEDOUT)
        breach("mkdir of a stalled path: %d, %s", result, std::strerror(errno));
      ++over;
    });
  while (waiting < count) {
  }
  // Announced when the supervisor itself is stalled: then the driver lets others call.
  uffd_msg message;
  while (read(uffd, &message, sizeof message) < 0 && errno == EAGAIN) std::this_thread::yield();
  close(open((root + "/stalled").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666));

  for (std::thread& thread : threads) thread.join();
  const std::string late = root + "/ok/late";
  std::string text(page, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = late + std::to_string(i);
    std::copy(name.begin(), name.end(), text.begin());
    text[name.size()] = '\0';
    uffdio_copy copy{};
    copy.dst = reinterpret_cast<std::uintptr_t>(memory + i * page);
    copy.src = reinterpret_cast<std::uintptr_t>(text.data());
    copy.len = page;
    ioctl(uffd, UFFDIO_COPY, &copy);
  }
  // The session works again after a while: its calls go to workers, which are free now.
  const std::string name = root + "/ok/after";
  if (mkdir(name.c_str(), 0777) != 0) breach("mkdir afterwards: %s", std::strerror(errno));
  for (std::size_t i = 0; i < count; ++i)
    if (exists(late + std::to_string(i))) breach("a call that had failed was performed all the same");
}

// FILE PREFIX N: makes calls that are denied, one after the other, mkdir PREFIX0, PREFIX1... and counts in FILE (8
// bytes, mapped) how many were answered with EXFULL. Ends at any other answer. Writes a byte to standard output at
// the Nth, then continues.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) return 125;
  const std::uint64_t told = strtoull(argv[3], nullptr, 10);
  const std::uint64_t like = argc == 5 ? strtoull(argv[4], nullptr, 10) : 1;
  const int fd = open(argv[1], O_RDWR | O_CREAT, 0600);
  if (like == 0 || fd < 0 || ftruncate(fd, 8) != 0) return 125;
  void* const memory = mmap(nullptr, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return 125;
  auto& answered = *static_cast<std::atomic<std::uint64_t>*>(memory);
  for (std::uint64_t i = 0;; ++i) {
    char path[4096];
    snprintf(path, sizeof path, "%s%llu", argv[2], static_cast<unsigned long long>(i / like));
    if (mkdir(path, 0700) == 0 || errno != EXFULL) return 0;
    answered = i + 1;
    if (i + 1 == told && write(1, "!", 1) != 1) return 125;
  }
}

// mkdir by the numbers of another ABI: `i386` through int 0x80, `x32` with bit 30 set.
#include <sys/mman.h>

#include "tests/hostile/attacks/attack.h"

int main(int, char** argv) {
  const std::string path = argv[1];
  // int 0x80 takes 32-bit addresses.
  char* low = static_cast<char*>(
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
  std::strcpy(low, path.c_str());
  long result;
  if (std::string(argv[2]) == "i386") {
    constexpr long mkdir_of_i386 = 39;
    asm volatile("int $0x80"
                 : "=a"(result)
                 : "a"(mkdir_of_i386), "b"(low), "c"(0777)
                 : "memory", "r8", "r9", "r10", "r11");
  } else {
    result = syscall(0x40000000 | SYS_mkdir, low, 0777);
    if (result < 0) result = -errno;
  }
  std::printf("%d\n", result < 0 ? -static_cast<int>(result) : 0);
  if (exists(path)) std::printf("made\n");
}

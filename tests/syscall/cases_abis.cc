// The same calls by an x86_64 kernel's other entries: int 0x80 (i386) and the x32 numbers.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

// i386 sees the lower halves of the registers only.
long int80(const std::string& label, long nr, Raw a = 0, Raw b = 0, Raw c = 0, Raw d = 0) {
  long result;
  asm volatile("int $0x80"
               : "=a"(result)
               : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
               : "memory", "r8", "r9", "r10", "r11");
  result = static_cast<int>(result);
  say("* int80 " + label + " -> " + (result < 0 ? errno_text(result) : std::to_string(result)));
  return result;
}

// A string below 4 GiB.
Raw low(const char* text) {
  static char* next = [] {
    void* pages =
        mmap(nullptr, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (pages == MAP_FAILED) must(-1, "mmap below 4 GiB");
    return static_cast<char*>(pages);
  }();
  char* here = next;
  std::strcpy(here, text);
  next += std::strlen(text) + 1;
  return reinterpret_cast<Raw>(here);
}

constexpr long i386_chmod = 15, i386_mkdir = 39, i386_fchmod = 94, i386_mkdirat = 296, i386_fchmodat = 306,
               i386_fchmodat2 = 452, i386_unlink = 10, i386_rmdir = 40, i386_unlinkat = 301;
constexpr Raw garbage = 0xdeadbeef00000000ul;

void i386() {
  int80("mkdir", i386_mkdir, low("dir"), 0750);
  const Raw dir = static_cast<Raw>(opened("dir", O_RDONLY));
  const Raw cwd = static_cast<Raw>(static_cast<unsigned>(AT_FDCWD));
  link_to("dir", "link");
  int80("mkdir again", i386_mkdir, low("dir"), 0750);
  int80("mkdirat", i386_mkdirat, dir, low("sub"), 0777);
  int80("mkdirat cwd", i386_mkdirat, cwd, low("dir/sub2"), 0777);
  int80("mkdirat -1", i386_mkdirat, ~0ul, low("x"), 0777);
  int80("chmod", i386_chmod, low("link"), 0711);
  int80("chmod absent", i386_chmod, low("absent"), 0711);
  int80("fchmod", i386_fchmod, dir, 01755);
  int80("fchmod closed", i386_fchmod, 555, 01755);
  int80("fchmodat", i386_fchmodat, dir, low("sub"), 0700);
  int80("fchmodat2 empty", i386_fchmodat2, dir, low(""), 0705, AT_EMPTY_PATH);
  int80("fchmodat2 nofollow", i386_fchmodat2, cwd, low("link"), 0705, AT_SYMLINK_NOFOLLOW);
  int80("fchmodat2 bad flags", i386_fchmodat2, cwd, low("link"), 0705, 1);
  int80("unlinkat dir", i386_unlinkat, dir, low("sub"), 0);
  int80("unlinkat removedir", i386_unlinkat, dir, low("sub"), AT_REMOVEDIR);
  int80("rmdir", i386_rmdir, low("dir/sub2"));
  int80("unlink", i386_unlink, low("link"));
  int80("unlink absent", i386_unlink, low("link"));
  int80("mkdir NULL", i386_mkdir, 0, 0777);
  int80("mkdir -1", i386_mkdir, ~0ul, 0777);
  int80("mkdir self", i386_mkdir, low("/proc/self/cwd/by_proc"), 0777);
  umask(077);
  int80("mkdir masked", i386_mkdir, low("masked"), 0777);
}

void i386_upper_half() {
  int80("mkdir", i386_mkdir, garbage | low("a"), garbage | 0x7fff0000 | 0755);
  const Raw dir = static_cast<Raw>(opened("a", O_RDONLY));
  int80("mkdirat", i386_mkdirat, garbage | dir, garbage | low("b"), garbage | 0750);
  int80("chmod", i386_chmod, garbage | low("a"), garbage | 0xffff0000 | 0711);
  int80("fchmod", i386_fchmod, garbage | dir, garbage | 0701);
  int80("fchmodat2", i386_fchmodat2, garbage | dir, garbage | low("b"), garbage | 0700,
        garbage | AT_SYMLINK_NOFOLLOW);
  // Above 4 GiB; its lower half is an address that nobody may map (vm.mmap_min_addr).
  void* const wanted = reinterpret_cast<void*>(0x3'0000'1000);
  void* const page =
      mmap(wanted, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (page != wanted) must(-1, "mmap above 4 GiB");
  std::memcpy(page, "high", sizeof "high");
  int80("mkdir above 4 GiB", i386_mkdir, reinterpret_cast<Raw>(page), 0777);
}

void i386_end_of_memory() {
  char* pages = static_cast<char*>(
      mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));
  if (pages == MAP_FAILED) must(-1, "mmap below 4 GiB");
  must(munmap(pages + 4096, 4096), "munmap");
  std::memcpy(pages + 4096 - 5, "ends", 5);
  int80("mkdir ends with the page", i386_mkdir, reinterpret_cast<Raw>(pages + 4096 - 5), 0777);
  std::memcpy(pages + 4096 - 4, "open", 4);
  int80("mkdir has no NUL", i386_mkdir, reinterpret_cast<Raw>(pages + 4096 - 4), 0777);
}

void x32() {
  constexpr long x32_bit = 0x40000000;
  mkdir("native");
  const auto address = reinterpret_cast<Raw>("dir");
  raw("x32 mkdir", x32_bit | SYS_mkdir, address, 0777);
  raw("x32 mkdirat", x32_bit | SYS_mkdirat, static_cast<Raw>(AT_FDCWD), address, 0777);
  raw("x32 chmod", x32_bit | SYS_chmod, address, 0700);
  raw("x32 fchmodat2", x32_bit | SYS_fchmodat2, static_cast<Raw>(AT_FDCWD), address, 0701, 0);
}

}  // namespace

Cases abi_cases() {
  return {
      {"i386", int80_calls, i386},
      {"i386_upper_half", int80_calls, i386_upper_half},
      {"i386_end_of_memory", int80_calls, i386_end_of_memory},
      {"x32", nothing, x32},
  };
}

}  // namespace twin

// Where a path's bytes are in memory, and how many there are.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

namespace twin {

namespace {

constexpr std::size_t page = 4096;

// Three pages, of which the middle one can be read; the string ends with that page.
char* before_unmapped(const char* text, bool with_nul) {
  char* pages =
      static_cast<char*>(mmap(nullptr, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (pages == MAP_FAILED) must(-1, "mmap");
  const std::size_t size = std::strlen(text) + (with_nul ? 1 : 0);
  std::memcpy(pages + 2 * page - size, text, size);
  must(munmap(pages, page), "munmap");
  must(munmap(pages + 2 * page, page), "munmap");
  return pages + 2 * page - size;
}

Raw at(const void* address) { return reinterpret_cast<Raw>(address); }

void bad_address() {
  mkdir("made");
  raw("mkdir NULL", SYS_mkdir, 0, 0777);
  raw("mkdir 1", SYS_mkdir, 1, 0777);
  raw("chmod the last address", SYS_chmod, ~0ul, 0777);
  raw("chmod non-canonical", SYS_chmod, 0x8000000000000000ul, 0777);
  raw("chmod kernel address", SYS_chmod, 0xffffffff81000000ul, 0777);
  raw("mkdirat NULL", SYS_mkdirat, static_cast<Raw>(AT_FDCWD), 0, 0777);
  raw("mkdirat closed NULL", SYS_mkdirat, static_cast<Raw>(-1), 0, 0777);
  raw("fchmodat NULL", SYS_fchmodat, static_cast<Raw>(AT_FDCWD), 0, 0777);
  raw("fchmodat2 NULL", SYS_fchmodat2, static_cast<Raw>(AT_FDCWD), 0, 0777, 0);
  raw("fchmodat2 NULL AT_EMPTY_PATH", SYS_fchmodat2, static_cast<Raw>(AT_FDCWD), 0, 0700, AT_EMPTY_PATH);
  raw("fchmodat2 NULL and bad flags", SYS_fchmodat2, static_cast<Raw>(AT_FDCWD), 0, 0777, 1);
  void* none = mmap(nullptr, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  raw("mkdir PROT_NONE", SYS_mkdir, at(none), 0777);
}

void last_byte_before_unmapped() {
  raw("mkdir ends with the page", SYS_mkdir, at(before_unmapped("ends", true)), 0755);
  raw("chmod ends with the page", SYS_chmod, at(before_unmapped("ends", true)), 0711);
  raw("mkdir has no NUL", SYS_mkdir, at(before_unmapped("cut", false)), 0755);
  raw("chmod has no NUL", SYS_chmod, at(before_unmapped("ends", false)), 0700);
  raw("mkdir of an empty string at the end", SYS_mkdir, at(before_unmapped("", true)), 0755);
  const std::string long_one(1000, '/');
  raw("mkdir slow start, no NUL", SYS_mkdir, at(before_unmapped((long_one + "tmp").c_str(), false)), 0755);
}

void crossing_pages() {
  char* pages =
      static_cast<char*>(mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (pages == MAP_FAILED) must(-1, "mmap");
  for (std::size_t before = 0; before < 9; ++before) {
    std::string name = "crossing" + std::to_string(before);
    std::memcpy(pages + page - before, name.c_str(), name.size() + 1);
    raw("mkdir crossing " + std::to_string(before), SYS_mkdir, at(pages + page - before), 0755);
  }
  must(mprotect(pages + page, page, PROT_NONE), "mprotect");
  raw("mkdir crossing into PROT_NONE", SYS_mkdir, at(pages + page - 3), 0755);
}

void read_only_memory() {
  static const char name[] = "constant";
  raw("mkdir from .rodata", SYS_mkdir, at(name), 0755);
  char* once =
      static_cast<char*>(mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  std::strcpy(once, "executable");
  must(mprotect(once, page, PROT_EXEC | PROT_READ), "mprotect");
  raw("mkdir from code", SYS_mkdir, at(once), 0755);
  const int fd = must(memfd_create("bytes", 0), "memfd_create");
  must(write(fd, "shared", 7), "write");
  raw("mkdir from a mapped file", SYS_mkdir, at(mmap(nullptr, page, PROT_READ, MAP_SHARED, fd, 0)), 0755);
  raw("mkdir past the end of a mapped file", SYS_mkdir,
      at(static_cast<char*>(mmap(nullptr, 2 * page, PROT_READ, MAP_SHARED, fd, 0)) + page), 0755);
}

std::string padded(const std::string& name, std::size_t length) {
  std::string path;
  while (path.size() + name.size() + 2 <= length) path += "./";
  while (path.size() + name.size() < length) path += "/";
  return path + name;
}

void longest_path() {
  for (std::size_t length : {255u, 256u, 257u, 511u, 4093u, 4094u, 4095u, 4096u, 4097u, 9000u}) {
    mkdir(padded("d" + std::to_string(length), length).c_str());
    chmod(padded("d" + std::to_string(length), length).c_str(), 0711);
  }
  std::string absolute = std::string(get_current_dir_name()) + "/";
  mkdir((absolute + padded("full", 4095 - absolute.size())).c_str());
  mkdir((absolute + padded("more", 4096 - absolute.size())).c_str());
}

void longest_name() {
  const std::string fits(255, 'n'), longer(256, 'n');
  mkdir(fits.c_str());
  chmod(fits.c_str(), 0700);
  mkdir(longer.c_str());
  chmod(longer.c_str(), 0700);
  mkdir((fits + "/sub").c_str());
  mkdir((longer + "/sub").c_str());
  mkdir((longer + "/").c_str());
  mkdir((longer + "/..").c_str());
  chmod((fits + "/../" + fits).c_str(), 0711);
  chmod(("./" + longer + "/../x").c_str(), 0711);
}

void no_utf8() {
  for (const char* name : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "new\nline", "tab\t", " ", "\x01",
                           "\"quoted\\\"", "*", "[a", "~", "${PWD}", "\xf0\x9f\x98\x80", "-"}) {
    mkdir(name);
    chmod(name, 0750);
    mkdir((std::string(name) + "/below\xfe").c_str());
  }
}

}  // namespace

Cases path_cases() {
  return {
      {"bad_address", nothing, bad_address},
      {"last_byte_before_unmapped", nothing, last_byte_before_unmapped},
      {"crossing_pages", nothing, crossing_pages},
      {"read_only_memory", nothing, read_only_memory},
      {"longest_path", nothing, longest_path},
      {"longest_name", nothing, longest_name},
      {"no_utf8", nothing, no_utf8},
  };
}

}  // namespace twin

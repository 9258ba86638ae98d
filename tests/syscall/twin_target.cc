// twin_target CASE DIRECTORY: runs one case there. Exits with 7, a status that nothing else gives.
// twin_target --list: the cases that run by themselves.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "tests/syscall/calls.h"
#include "tests/syscall/cases.h"

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--list") {
    for (const twin::Case& one : twin::all_cases())
      if ((one.needs & twin::by_exec) == 0) std::puts(one.name);
    return 0;
  }
  const twin::Case* found = argc == 3 ? twin::find_case(argv[1]) : nullptr;
  if (!found) {
    std::fprintf(stderr, "usage: twin_target CASE DIRECTORY\n");
    return 97;
  }
  twin::must(chdir(argv[2]), argv[2]);
  if ((found->needs & twin::by_exec) == 0) umask(022);
  found->run();
  twin::say("end");
  return 7;
}

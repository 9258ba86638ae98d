// What the attack programs share. One attack is one program: exit status 0 if everything was as it must be.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

[[noreturn]] inline void breach(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::fprintf(stderr, "breach: ");
  std::vfprintf(stderr, format, arguments);
  std::fprintf(stderr, "\n");
  va_end(arguments);
  _exit(1);
}

// The attack can't be made here; the driver skips the test with this reason.
[[noreturn]] inline void impossible(const char* why) {
  std::fprintf(stderr, "impossible: %s: %s\n", why, std::strerror(errno));
  _exit(77);
}

inline std::int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// True for `rounds` times, but no longer than `ms`.
class Rounds {
 public:
  Rounds(long rounds, std::int64_t ms) : left_(rounds), until_(now_ms() + ms) {}
  bool next() { return left_-- > 0 && now_ms() < until_; }

 private:
  long left_;
  std::int64_t until_;
};

inline bool exists(const std::string& path) {
  struct stat st;
  return lstat(path.c_str(), &st) == 0;
}

inline mode_t mode_of(const std::string& path) {
  struct stat st;
  return stat(path.c_str(), &st) == 0 ? st.st_mode & 07777 : 0;
}

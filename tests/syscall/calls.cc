#include "tests/syscall/calls.h"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace twin {

namespace {

std::string printable(const char* path) {
  // If the address is no string, the case has to label it.
  const std::size_t length = std::strlen(path);
  if (length > 100) return "<" + std::to_string(length) + " bytes>";
  std::string out = "\"";
  for (const char* at = path; *at; ++at) {
    char hex[8];
    std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(*at));
    out += *at > 0x1f && *at < 0x7f ? std::string(1, *at) : std::string(hex);
  }
  return out + "\"";
}

std::string octal(Raw mode) {
  char text[32];
  std::snprintf(text, sizeof text, "0%lo", mode);
  return text;
}

std::string number(int fd) { return fd == AT_FDCWD ? "AT_FDCWD" : std::to_string(fd); }

Raw of(const char* path) { return reinterpret_cast<Raw>(path); }

std::string acl_of(const std::string& path, const char* name) {
  unsigned char value[512];
  const ssize_t got = lgetxattr(path.c_str(), name, value, sizeof value);
  if (got < 0) return errno == ENODATA ? "-" : errno_text(-errno);
  std::string hex;
  for (ssize_t i = 0; i < got; ++i) {
    char two[4];
    std::snprintf(two, sizeof two, "%02x", value[i]);
    hex += two;
  }
  return hex;
}

}  // namespace

void say(const std::string& line) {
  const std::string text = line + "\n";  // one write: children and threads of a case share the descriptor
  if (write(1, text.data(), text.size()) != static_cast<ssize_t>(text.size())) _exit(99);
}

std::string errno_text(long negative) {
  const char* name = strerrorname_np(static_cast<int>(-negative));
  return name ? name : std::to_string(negative);
}

long raw(const std::string& label, long nr, Raw a, Raw b, Raw c, Raw d) {
  long result = syscall(nr, a, b, c, d, 0, 0);
  if (result < 0) result = -errno;
  say("* " + label + " -> " + (result < 0 ? errno_text(result) : std::to_string(result)));
  return result;
}

long mkdir(const char* path, Raw mode) {
  return raw("mkdir " + printable(path) + " " + octal(mode), SYS_mkdir, of(path), mode);
}

long mkdirat(int dirfd, const char* path, Raw mode) {
  return raw("mkdirat " + number(dirfd) + " " + printable(path) + " " + octal(mode), SYS_mkdirat,
             static_cast<Raw>(dirfd), of(path), mode);
}

long chmod(const char* path, Raw mode) {
  return raw("chmod " + printable(path) + " " + octal(mode), SYS_chmod, of(path), mode);
}

long fchmod(int fd, Raw mode) {
  return raw("fchmod " + number(fd) + " " + octal(mode), SYS_fchmod, static_cast<Raw>(fd), mode);
}

long fchmodat(int dirfd, const char* path, Raw mode) {
  return raw("fchmodat " + number(dirfd) + " " + printable(path) + " " + octal(mode), SYS_fchmodat,
             static_cast<Raw>(dirfd), of(path), mode);
}

long fchmodat2(int dirfd, const char* path, Raw mode, int flags) {
  char hex[16];
  std::snprintf(hex, sizeof hex, " 0x%x", static_cast<unsigned>(flags));
  return raw("fchmodat2 " + number(dirfd) + " " + printable(path) + " " + octal(mode) + hex, SYS_fchmodat2,
             static_cast<Raw>(dirfd), of(path), mode, static_cast<Raw>(flags));
}

long rmdir(const char* path) { return raw("rmdir " + printable(path), SYS_rmdir, of(path)); }

long unlink(const char* path) { return raw("unlink " + printable(path), SYS_unlink, of(path)); }

long unlinkat(int dirfd, const char* path, int flags) {
  char hex[16];
  std::snprintf(hex, sizeof hex, " 0x%x", static_cast<unsigned>(flags));
  return raw("unlinkat " + number(dirfd) + " " + printable(path) + hex, SYS_unlinkat, static_cast<Raw>(dirfd),
             of(path), static_cast<Raw>(flags));
}

void show(const std::string& path) {
  struct stat st;
  if (lstat(path.c_str(), &st) != 0) return say(path + ": " + errno_text(-errno));
  char text[64];
  std::snprintf(text, sizeof text, ": %06o %u %u ", st.st_mode, st.st_uid, st.st_gid);
  say(path + text + acl_of(path, "system.posix_acl_access") + " " + acl_of(path, "system.posix_acl_default"));
}

int must(long result, const char* what) {
  if (result >= 0) return static_cast<int>(result);
  std::fprintf(stderr, "twin_target: cannot set the case up: %s: %m\n", what);
  _exit(98);
}

void file(const char* path, mode_t mode) {
  const int fd = must(open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode), path);
  close(fd);
}

void link_to(const char* target, const char* path) { must(symlink(target, path), path); }

int opened(const char* path, int flags) { return must(open(path, flags | O_CLOEXEC), path); }

bool tried(const char* what, long result) {
  say(std::string(what) + ": " + (result < 0 ? errno_text(-errno) : "ok"));
  return result >= 0;
}

}  // namespace twin

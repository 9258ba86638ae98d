#include "tests/syscall/scratch.h"

#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace twin {

namespace fs = std::filesystem;

namespace {

constexpr long tmpfs_magic = 0x01021994;

bool everybody_may_search(fs::path path) {
  for (;; path = path.parent_path()) {
    struct stat st;
    if (stat(path.c_str(), &st) != 0 || (st.st_mode & S_IXOTH) == 0) return false;
    if (path == "/") return true;
  }
}

bool usable(const fs::path& path, Place place) {
  struct statfs st;
  if (statfs(path.c_str(), &st) != 0 || access(path.c_str(), W_OK) != 0) return false;
  return (st.f_type == tmpfs_magic) == (place == Place::memory) && everybody_may_search(fs::canonical(path));
}

std::vector<fs::path> entries(const fs::path& directory) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(directory)) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

std::string attribute(const fs::path& path, const char* name) {
  unsigned char value[1024];
  const ssize_t got = lgetxattr(path.c_str(), name, value, sizeof value);
  if (got < 0) return errno == ENODATA ? "-" : strerrorname_np(errno);
  std::string hex;
  for (ssize_t i = 0; i < got; ++i) {
    char two[4];
    std::snprintf(two, sizeof two, "%02x", value[i]);
    hex += two;
  }
  return hex;
}

void list(const fs::path& path, const fs::path& from, std::string& out) {
  struct stat st;
  if (lstat(path.c_str(), &st) != 0) throw std::runtime_error("cannot stat " + path.string());
  char text[64];
  std::snprintf(text, sizeof text, " %06o %u %u ", st.st_mode, st.st_uid, st.st_gid);
  out += path.lexically_relative(from).string() + text;
  if (S_ISLNK(st.st_mode)) {
    out += "-> " + fs::read_symlink(path).string() + "\n";
    return;
  }
  out +=
      attribute(path, "system.posix_acl_access") + " " + attribute(path, "system.posix_acl_default") + "\n";
  if (!S_ISDIR(st.st_mode)) return;
  if (access(path.c_str(), R_OK | X_OK) != 0 && chmod(path.c_str(), 0700) != 0)
    return;  // its mode is already listed
  for (const fs::path& entry : entries(path)) list(entry, from, out);
}

}  // namespace

std::string scratch_root(Place place) {
  std::vector<fs::path> candidates;
  if (place == Place::memory) {
    candidates = {"/dev/shm", "/run", "/tmp"};
  } else {
    candidates = {TWIN_BUILD_DIRECTORY};
    if (const char* temporary = std::getenv("TMPDIR")) candidates.emplace_back(temporary);
    candidates.insert(candidates.end(), {"/tmp", "/var/tmp"});
  }
  for (const fs::path& candidate : candidates) {
    if (!usable(candidate, place)) continue;
    std::string name = (candidate / "scsup-twins-XXXXXX").string();
    if (mkdtemp(name.data()) && ::chmod(name.c_str(), 0755) == 0) return name;
  }
  return {};
}

void remove_tree(const std::string& path) {
  struct stat st;
  if (lstat(path.c_str(), &st) != 0) return;
  if (S_ISDIR(st.st_mode)) {
    if (geteuid() != 0) ::chmod(path.c_str(), 0700);
    for (const fs::path& entry : entries(path)) remove_tree(entry.string());
    rmdir(path.c_str());
  } else {
    unlink(path.c_str());
  }
}

void make_empty(const std::string& path) {
  remove_tree(path);
  if (::mkdir(path.c_str(), 0755) != 0 || ::chmod(path.c_str(), 0755) != 0)
    throw std::runtime_error("cannot make " + path);
}

std::string tree(const std::string& path) {
  std::string out;
  list(path, path, out);
  return out;
}

}  // namespace twin

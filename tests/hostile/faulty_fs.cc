// MOUNTPOINT BACKING: a file system that keeps its files in BACKING/now and fails on demand. BACKING/fault says what
// fails: nothing, or words like "write=ENOSPC fsync=EIO". BACKING/synced holds the files as they were at the last
// successful fsync(2): all that a loss of power would leave. Says "mounted"; unmounts and ends when its standard
// input ends.
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <fuse3/fuse_lowlevel.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <thread>

namespace {

std::string backing;

std::string now(const char* path) { return backing + "/now" + path; }
std::string synced(const char* path) { return backing + "/synced" + path; }
int result(int done) { return done < 0 ? -errno : 0; }

// The negative errno with which `operation` must fail now; 0: it must not.
int fault(const std::string& operation) {
  static const std::map<std::string, int> errors = {{"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EROFS", EROFS}};
  std::ifstream file(backing + "/fault");
  for (std::string word; file >> word;)
    if (word.substr(0, word.find('=')) == operation) return -errors.at(word.substr(word.find('=') + 1));
  return 0;
}

int get_attributes(const char* path, struct stat* st, fuse_file_info*) {
  return result(lstat(now(path).c_str(), st));
}

int list(const char* path, void* buffer, fuse_fill_dir_t fill, off_t, fuse_file_info*, fuse_readdir_flags) {
  DIR* const directory = opendir(now(path).c_str());
  if (!directory) return -errno;
  while (const dirent* entry = readdir(directory))
    fill(buffer, entry->d_name, nullptr, 0, fuse_fill_dir_flags{});
  closedir(directory);
  return 0;
}

int open_file(const char* path, fuse_file_info* info) {
  const int fd = open(now(path).c_str(), (info->flags & ~(O_APPEND | O_ACCMODE)) | O_RDWR | O_CLOEXEC);
  if (fd < 0) return -errno;
  info->fh = static_cast<std::uint64_t>(fd);
  return 0;
}

int create_file(const char* path, mode_t mode, fuse_file_info* info) {
  if (const int failed = fault("create")) return failed;
  const int fd = open(now(path).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return -errno;
  info->fh = static_cast<std::uint64_t>(fd);
  return 0;
}

int fd_of(const fuse_file_info* info) { return static_cast<int>(info->fh); }

int read_file(const char*, char* bytes, size_t size, off_t offset, fuse_file_info* info) {
  const ssize_t got = pread(fd_of(info), bytes, size, offset);
  return got < 0 ? -errno : static_cast<int>(got);
}

int write_file(const char* path, const char* bytes, size_t size, off_t offset, fuse_file_info* info) {
  if (!strstr(path, ".journal"))
    if (const int failed = fault("write")) return failed;
  const ssize_t wrote = pwrite(fd_of(info), bytes, size, offset);
  return wrote < 0 ? -errno : static_cast<int>(wrote);
}

int truncate_file(const char* path, off_t size, fuse_file_info*) {
  return result(truncate(now(path).c_str(), size));
}

int allocate(const char*, int mode, off_t offset, off_t size, fuse_file_info* info) {
  if (const int failed = fault("write"); failed == -ENOSPC) return failed;
  return result(fallocate(fd_of(info), mode, offset, size));
}

int sync_file(const char* path, int, fuse_file_info* info) {
  if (const int failed = fault("fsync")) return failed;
  char bytes[1 << 16];
  const std::string next = synced(path) + ".next";  // all of it or nothing, as with a disk's own log
  const int to = open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  off_t offset = 0;
  for (ssize_t got; (got = pread(fd_of(info), bytes, sizeof bytes, offset)) > 0; offset += got)
    if (write(to, bytes, static_cast<size_t>(got)) != got) return -EIO;
  if (close(to) != 0) return -errno;
  return result(rename(next.c_str(), synced(path).c_str()));
}

int sync_directory(const char*, int, fuse_file_info*) { return 0; }
int close_file(const char*, fuse_file_info* info) { return result(close(fd_of(info))); }
int remove_file(const char* path) { return result(unlink(now(path).c_str())); }

int rename_file(const char* from, const char* to, unsigned flags) {
  if (const int done = renameat2(AT_FDCWD, now(from).c_str(), AT_FDCWD, now(to).c_str(), flags); done != 0)
    return -errno;
  rename(synced(from).c_str(), synced(to).c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 125;
  backing = argv[2];
  for (const char* directory : {"/now", "/synced"}) mkdir((backing + directory).c_str(), 0700);
  fuse_operations operations{};
  operations.getattr = get_attributes;
  operations.readdir = list;
  operations.open = open_file;
  operations.create = create_file;
  operations.read = read_file;
  operations.write = write_file;
  operations.truncate = truncate_file;
  operations.fallocate = allocate;
  operations.fsync = sync_file;
  operations.fsyncdir = sync_directory;
  operations.release = close_file;
  operations.unlink = remove_file;
  operations.rename = rename_file;
  fuse_args arguments = FUSE_ARGS_INIT(1, argv);
  fuse* const file_system = fuse_new(&arguments, &operations, sizeof operations, nullptr);
  if (!file_system || fuse_mount(file_system, argv[1]) != 0) return 77;
  std::puts("mounted");
  std::fflush(stdout);
  std::thread([file_system] {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    fuse_exit(file_system);
    fuse_unmount(file_system);
    _exit(0);
  }).detach();
  return fuse_loop(file_system);
}

#include "runtime/bundle.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>

namespace scsup::runtime {
namespace {

Result<std::string> read_all(int fd, const std::string& what) {
  const std::string too_large =
      what + ": it is larger than " + std::to_string(bundle_config_size_limit >> 20) + " MiB";
  std::string text;
  char chunk[65536];
  for (ssize_t got; (got = read(fd, chunk, sizeof chunk)) != 0;) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(what);
    text.append(chunk, static_cast<std::size_t>(got));
    if (text.size() > bundle_config_size_limit) return failed(0, too_large);
  }
  return text;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// An unpredictable name, so that nobody can have put a link or a file there.
std::string temporary_name(const std::string& name) {
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number))
    number = static_cast<std::uint64_t>(getpid());
  char text[24];
  std::snprintf(text, sizeof text, ".scsup-%016llx", static_cast<unsigned long long>(number));
  return "." + name + text;
}

}  // namespace

Result<Bundle> Bundle::open(const std::string& bundle, const std::string& config) {
  Bundle result;
  result.file_ = config.starts_with('/') ? config : bundle + "/" + config;
  const std::size_t slash = result.file_.rfind('/');
  result.name_ = result.file_.substr(slash + 1);
  const std::string directory = slash == 0 ? "/" : result.file_.substr(0, slash);
  const std::string what = "cannot read the container's configuration '" + result.file_ + "'";
  result.directory_ = Fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!result.directory_) return failed(what);
  const Fd file(openat(result.directory_.get(), result.name_.c_str(),
                       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file && errno == ELOOP)
    return failed(0, what + ": it is a symbolic link, and scsup-runtime follows none there");
  if (!file || fstat(file.get(), &result.status_) != 0) return failed(what);
  if (!S_ISREG(result.status_.st_mode)) return failed(0, what + ": it is no regular file");
  auto text = read_all(file.get(), what);
  if (!text) return failed(text.error());
  result.text_ = std::move(*text);
  return result;
}

Result<void> Bundle::replace(const std::string& text) const {
  const std::string what = "cannot write the container's configuration '" + file_ + "'";
  const std::string name = temporary_name(name_);
  const Fd file(
      openat(directory_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return failed(what);
  const auto give_up = [&]() -> Result<void> {
    const int err = errno;
    unlinkat(directory_.get(), name.c_str(), 0);
    return failed(err, what);
  };
  struct stat own {};
  if (!write_all(file.get(), text) || fstat(file.get(), &own) != 0) return give_up();
  if ((own.st_uid != status_.st_uid || own.st_gid != status_.st_gid) &&
      fchown(file.get(), status_.st_uid, status_.st_gid) != 0)
    return give_up();
  if (fchmod(file.get(), status_.st_mode & 07777) != 0) return give_up();
  if (renameat(directory_.get(), name.c_str(), directory_.get(), name_.c_str()) != 0) return give_up();
  return {};
}

}  // namespace scsup::runtime

#include "supervisor/audit/store/seal_key.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <cinttypes>
#include <cstdio>

#include "supervisor/audit/sha256.h"

namespace scsup {
namespace {

constexpr const char* key_format = "scsup-seal-key 1 %016" PRIx64 " %s\n";
constexpr std::size_t key_file_size = 99;  // of the file

}  // namespace

std::string next_seal_key(std::string_view key) { return hmac_sha256_hex(key, "scsup next seal key"); }

Result<SealKey> SealKey::open(const std::string& path) {
  Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (!file) return failed("cannot open the seal key '" + path + "' (scsup-audit keygen makes one)");
  struct stat st {};
  if (fstat(file.get(), &st) != 0 || !S_ISREG(st.st_mode))
    return failed(0, "the seal key '" + path + "' is no file");
  if (st.st_uid != geteuid() || (st.st_mode & 077) != 0)
    return failed(0, "the seal key '" + path + "' must be this user's and closed to all others (chmod 600)");
  return SealKey(std::move(file), path);
}

Result<void> SealKey::advance() {
  char text[key_file_size + 1] = {};
  if (pread(file_.get(), text, key_file_size, 0) < 0)
    return failed("cannot read the seal key '" + path_ + "'");
  char key[65] = {};
  if (std::sscanf(text, "scsup-seal-key 1 %16" SCNx64 " %64[0-9a-f]", &number_, key) != 2 ||
      strlen(key) != 64)
    return failed(0, "'" + path_ + "' is no seal key (scsup-audit keygen makes one)");
  key_ = key;
  std::snprintf(text, sizeof text, key_format, number_ + 1, next_seal_key(key_).c_str());
  if (pwrite(file_.get(), text, key_file_size, 0) != static_cast<ssize_t>(key_file_size))
    return failed("cannot write the seal key '" + path_ + "'");
  explicit_bzero(text, sizeof text);
  explicit_bzero(key, sizeof key);
  return {};
}

std::string SealKey::mac(std::string_view text) const { return hmac_sha256_hex(key_, text); }

void SealKey::forget() {
  explicit_bzero(key_.data(), key_.size());
  key_.clear();
}

}  // namespace scsup

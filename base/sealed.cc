#include "base/sealed.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace scsup {

namespace {

// `piece(done)` moves some bytes from offset `done` on; 0 is an early end.
template <class Piece>
Result<void> all_of(std::size_t size, const std::string& cannot, Piece piece) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t moved = piece(done);
    if (moved < 0 && errno == EINTR) continue;
    if (moved < 0) return failed(cannot);
    if (moved == 0) return failed(0, cannot + ": it ends too early");
    done += static_cast<std::size_t>(moved);
  }
  return {};
}

}  // namespace

Fd new_memfd(const char* name) {
  constexpr unsigned not_executable = 8;  // MFD_NOEXEC_SEAL, 6.3; it also allows sealing
  Fd file(memfd_create(name, MFD_CLOEXEC | not_executable));
  if (!file && errno == EINVAL) file.reset(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  return file;
}

Result<Fd> seal(std::string_view bytes, std::string_view what) {
  const std::string cannot = "cannot put " + std::string(what) + " into a memfd";
  Fd file = new_memfd("scsup");
  if (!file) return failed(cannot);
  auto written = all_of(bytes.size(), cannot, [&](std::size_t done) {
    return pwrite(file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
  });
  if (!written) return failed(written.error());
  if (fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
    return failed(cannot);
  return file;
}

Result<std::string> read_sealed(const Fd& fd, std::size_t limit, std::string_view what) {
  const std::string it(what);
  const int seals = fcntl(fd.get(), F_GET_SEALS);
  constexpr int needed = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
  if (seals < 0 || (seals & needed) != needed) return failed(0, it + " is not in a sealed memfd");
  struct stat status {};
  if (fstat(fd.get(), &status) < 0) return failed("cannot look at " + it);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > limit) return failed(0, it + " is larger than " + std::to_string(limit) + " bytes");
  std::string text(size, '\0');
  auto read = all_of(size, "cannot read " + it, [&](std::size_t done) {
    return pread(fd.get(), text.data() + done, size - done, static_cast<off_t>(done));
  });
  if (!read) return failed(read.error());
  return text;
}

}  // namespace scsup

#include "supervisor/audit/store/segments.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <charconv>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/fd.h"
#include "base/say.h"

namespace scsup {
namespace {

constexpr std::size_t digits = 12;
constexpr int level = 3;  // zstd's own choice
constexpr std::size_t chunk = 1u << 20;

Result<void> write_all(const Fd& file, const char* bytes, std::size_t size) {
  while (size != 0) {
    const ssize_t wrote = write(file.get(), bytes, size);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return failed("cannot write");
    bytes += wrote;
    size -= static_cast<std::size_t>(wrote);
  }
  return {};
}

Result<void> compress_to(const Fd& from, const Fd& to) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::vector<char> in(chunk), out(ZSTD_CStreamOutSize());
  for (bool ended = false; !ended;) {
    const ssize_t got = read(from.get(), in.data(), in.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("cannot read");
    ended = got == 0;
    ZSTD_inBuffer input{in.data(), static_cast<std::size_t>(got), 0};
    for (std::size_t left = 1; ended ? left != 0 : input.pos < input.size;) {
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      left = ZSTD_compressStream2(context.get(), &output, &input, ended ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left)) return failed(0, std::string("cannot compress: ") + ZSTD_getErrorName(left));
      if (auto written = write_all(to, out.data(), output.pos); !written) return written;
    }
  }
  return {};
}

}  // namespace

Result<void> compress_file(const std::string& path) {
  const std::string made = path + ".zst", unfinished = made + ".tmp";
  Fd from(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!from) return failed("cannot open '" + path + "'");
  unlink(unfinished.c_str());
  Fd to(open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!to) return failed("cannot create '" + unfinished + "'");
  auto compressed = compress_to(from, to);
  if (compressed && (fsync(to.get()) != 0 || rename(unfinished.c_str(), made.c_str()) != 0))
    compressed = failed("cannot finish");
  if (!compressed) {
    unlink(unfinished.c_str());
    return failed(compressed.error().err, "'" + path + "' stays as it is: " + compressed.error().what);
  }
  if (unlink(path.c_str()) != 0) return failed("cannot remove '" + path + "'");
  return {};
}

Segments::Segments(const std::string& path) : path_(path) {
  const std::size_t slash = path.rfind('/');
  directory_ = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  name_ = path.substr(slash + 1);
  const std::size_t dot = name_.rfind('.');
  stem_ = name_.substr(0, dot == 0 ? std::string::npos : dot);
  extension_ = name_.substr(stem_.size());
}

Segments::~Segments() { wait_for_compression(); }

void Segments::wait_for_compression() {
  if (compressing_.joinable()) compressing_.join();
}

std::string Segments::closed_name(std::uint64_t first_seq) const {
  std::string number = std::to_string(first_seq);
  if (number.size() < digits) number.insert(0, digits - number.size(), '0');
  return stem_ + "-" + number + extension_;
}

std::string Segments::torn_path(off_t offset) const {
  const std::string path = path_ + "." + std::to_string(offset);
  for (int i = 1;; ++i) {
    const std::string name = path + (i == 1 ? "" : "." + std::to_string(i)) + ".torn";
    if (struct stat st{}; lstat(name.c_str(), &st) != 0) return name;
  }
}

bool Segments::is_journal(const std::string& name) const {
  return name.starts_with("." + name_ + ".") && name.ends_with(".journal");
}

bool Segments::is_closed(const std::string& name, std::uint64_t& first_seq) const {
  if (!name.starts_with(stem_ + "-")) return false;
  const char* const begin = name.data() + stem_.size() + 1;
  const auto [end, error] = std::from_chars(begin, name.data() + name.size(), first_seq);
  const std::string rest(end, name.data() + name.size());
  return error == std::errc() && (rest == extension_ || rest == extension_ + ".zst") &&
         name.starts_with(closed_name(first_seq));
}

Result<void> Segments::close(std::uint64_t first_seq) const {
  const std::string closed = beside(closed_name(first_seq));
  if (renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, closed.c_str(), RENAME_NOREPLACE) == 0) return {};
  return failed("cannot rename '" + path_ + "' to '" + closed + "'");
}

// In a directory that others can write to, a file with a segment's name may be theirs, or not a file.
std::vector<std::pair<std::uint64_t, std::string>> Segments::closed() const {
  std::vector<std::pair<std::uint64_t, std::string>> all;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    std::uint64_t first_seq = 0;
    struct stat st {};
    const std::string name = entry.path().filename();
    if (is_closed(name, first_seq) && lstat(beside(name).c_str(), &st) == 0 && S_ISREG(st.st_mode) &&
        st.st_uid == geteuid())
      all.emplace_back(first_seq, name);
  }
  return all;
}

Segments::Last Segments::last_closed() const {
  Last last;
  for (const auto& [first_seq, name] : closed())
    if (first_seq >= last.first_seq) last = {first_seq, name};
  return last;
}

std::string Segments::closed_with(std::uint64_t seq) const {
  Last found;
  for (const auto& [first_seq, name] : closed())
    if (first_seq <= seq && first_seq >= found.first_seq) found = {first_seq, name};
  return found.name;
}

void Segments::compress() {
  wait_for_compression();
  std::vector<std::string> all;
  for (const auto& [first_seq, name] : closed())
    if (!name.ends_with(".zst")) all.push_back(beside(name));
  compressing_ = std::thread([all = std::move(all)] {
    for (const std::string& path : all)
      if (auto done = compress_file(path); !done) say(Severity::warning, done.error().text());
  });
}

}  // namespace scsup

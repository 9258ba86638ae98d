#include "supervisor/audit/store/log_tail.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

namespace scsup {
namespace {

constexpr off_t usual_window = 1 << 20, widest_window = 256 << 20;
constexpr std::size_t longest_line = 64u << 20;
constexpr std::string_view start_of_a_record = R"({"type":")";
constexpr std::string_view start_of_a_seal = R"({"type":"seal")";

Result<std::string> read_at(const Fd& file, off_t offset, off_t size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t got =
        pread(file.get(), &bytes[done], bytes.size() - done, offset + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("cannot read the audit log");
    if (got == 0) bytes.resize(done);
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

// The value of "name":... at the start of a line, without quotes.
std::string_view member(std::string_view line, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":";
  const std::size_t at = line.substr(0, 400).find(key);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + key.size());
  if (line.starts_with('"')) line.remove_prefix(1);
  return line.substr(0, line.find_first_of(R"(",}])"));
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void note(std::string_view line, off_t end, LogTail& tail) {
  const std::uint64_t seq = seq_of(line);
  if (seq == 0) return;
  tail.last_seq = seq;
  if (line.starts_with(start_of_a_seal))
    tail.seal = {seq, std::string(member(line, "sha256")), end, !member(line, "key").empty()};
}

// The whole lines at the start of `text`, which is at `offset` in the log; the rest after the last of them is torn. A
// broken line that whole ones follow was not torn, and isn't repaired.
LogTail lines_of(std::string_view text, off_t offset) {
  LogTail tail;
  tail.good_end = offset;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;
    offset += static_cast<off_t>(end) + 1;
    if (is_whole(text.substr(0, end))) {
      tail.good_end = offset;
      note(text.substr(0, end), offset, tail);
    }
    text.remove_prefix(end + 1);
  }
  return tail;
}

}  // namespace

std::uint64_t seq_of(std::string_view line) {
  return number(member(line, line.starts_with(start_of_a_seal) ? "last" : "seq"));
}

std::string_view run_of(std::string_view line) { return member(line, "run"); }

std::string_view text_member(std::string_view line, std::string_view name) {
  const std::string key = ",\"" + std::string(name) + "\":\"";
  const bool is_first = line.substr(1).starts_with(std::string_view(key).substr(1));
  const std::size_t at = is_first ? 0 : line.find(key);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + key.size());
  return line.substr(0, line.find('"'));
}

bool is_whole(std::string_view line) {
  return line.starts_with(start_of_a_record) && line.ends_with('}') &&
         std::ranges::none_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

Result<LogTail> look_at_tail(const Fd& log, off_t size, Until until, off_t known) {
  if (size == 0) return LogTail{};
  auto head = read_at(log, 0, std::min<off_t>(size, static_cast<off_t>(start_of_a_record.size())));
  if (!head) return failed(head.error());
  // After a loss of power there may be only zeros.
  const bool ours =
      start_of_a_record.starts_with(*head) || head->find_first_not_of('\0') == std::string::npos;
  if (!ours) return failed(0, "it is no audit log of scsup, and nothing is written to it");
  for (off_t window = usual_window; window <= widest_window; window *= 4) {
    const bool goes_on = known > 0 && known < size && size - known < window;
    const off_t from = goes_on ? known : size > window ? size - window : 0;
    auto text = read_at(log, from, size - from);
    if (!text) return failed(text.error());
    // The window begins in a line, unless it is the whole file.
    const std::size_t skipped = from == 0 || goes_on ? 0 : text->find('\n') + 1;
    if (from != 0 && !goes_on && skipped == 0) continue;
    known = 0;  // the next window is wider
    const LogTail tail =
        lines_of(std::string_view(*text).substr(skipped), from + static_cast<off_t>(skipped));
    const bool found = until == Until::seal ? tail.seal.has_value() : tail.last_seq != 0;
    if (found || from == 0) return tail;
  }
  return failed(0, "its end, " + std::to_string(widest_window >> 20) + " MiB, holds no record: move it away");
}

Result<LogTail> tail_of_segment(const std::string& path, Until until) {
  if (!path.ends_with(".zst")) {
    Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat st {};
    if (!file || fstat(file.get(), &st) != 0) return failed("cannot open '" + path + "'");
    return look_at_tail(file, st.st_size, until);
  }
  // Only its end matters, but has to be reached.
  auto bytes = LogBytes::open(path);
  if (!bytes) return failed(bytes.error());
  std::string text;
  for (;;) {
    const auto more = bytes->next();
    if (!more) return failed(more.error());
    if (more->empty()) return lines_of(text, 0);
    text += *more;
    if (text.size() > 4 * usual_window) text.erase(0, text.size() - usual_window);
  }
}

Result<std::uint64_t> first_seq_of(const Fd& log) {
  auto text = read_at(log, 0, 512);
  if (!text) return failed(text.error());
  return std::max<std::uint64_t>(1, seq_of(std::string_view(*text).substr(0, text->find('\n'))));
}

std::optional<std::int64_t> birth_ns(const Fd& file) {
  struct statx st {};
  if (statx(file.get(), "", AT_EMPTY_PATH, STATX_BTIME, &st) != 0 || (st.stx_mask & STATX_BTIME) == 0)
    return std::nullopt;
  return st.stx_btime.tv_sec * std::int64_t{1000000000} + st.stx_btime.tv_nsec;
}

Result<off_t> keep_end(const Fd& log, off_t from, const std::string& to) {
  const off_t size = lseek(log.get(), 0, SEEK_END);
  if (size < 0) return failed("cannot read its torn end");
  auto bytes = read_at(log, from, size - from);
  if (!bytes) return failed(bytes.error());
  Fd kept(open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  const auto wrote = kept ? write(kept.get(), bytes->data(), bytes->size()) : -1;
  if (wrote != static_cast<ssize_t>(bytes->size()) || fsync(kept.get()) != 0)
    return failed("cannot keep its torn end as '" + to + "'");
  return size - from;
}

Result<std::uint64_t> count_lines(LogBytes bytes, off_t skipped, const Batch& batch) {
  std::uint64_t count = 0;
  std::string text;  // always begins at the start of a line
  while (count < batch.most) {
    const auto more = bytes.next();
    if (!more) return failed(more.error());
    if (more->empty()) break;
    const auto before = std::min<off_t>(skipped, static_cast<off_t>(more->size()));
    skipped -= before;
    text += more->substr(static_cast<std::size_t>(before));
    std::size_t begin = 0;
    for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
      const std::string_view line = std::string_view(text).substr(begin, end - begin);
      count += is_whole(line) && !line.starts_with(start_of_a_seal) && run_of(line) == batch.run &&
               seq_of(line) >= batch.first_seq;
    }
    text.erase(0, begin);
    if (text.size() > longest_line) text.clear();  // we wrote no such line
  }
  return std::min(count, batch.most);
}

}  // namespace scsup

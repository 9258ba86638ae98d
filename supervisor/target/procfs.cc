#include "supervisor/target/procfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace scsup {

namespace {

// The value of "Key:\t..." at the start of a line, or nothing.
std::optional<std::string_view> field(std::string_view text, std::string_view key) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ':') {
      std::string_view value = line.substr(key.size() + 1);
      value.remove_prefix(std::min(value.find_first_not_of("\t "), value.size()));
      return value;
    }
    at = end + 1;
  }
  return std::nullopt;
}

template <class T>
bool number(std::string_view& text, T& out, int base = 10) {
  text.remove_prefix(std::min(text.find_first_not_of("\t "), text.size()));
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

// The kernel escapes newline and backslash in Name (\n and \\).
std::string unescape_comm(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\' && i + 1 < name.size()) {
      ++i;
      out += name[i] == 'n' ? '\n' : name[i];
    } else {
      out += name[i];
    }
  }
  return out;
}

}  // namespace

std::optional<ProcStatus> parse_status(std::string_view text) {
  ProcStatus status;
  const auto name = field(text, "Name");
  auto umask = field(text, "Umask"), tgid = field(text, "Tgid"), ppid = field(text, "PPid");
  auto uid = field(text, "Uid"), gid = field(text, "Gid"), caps = field(text, "CapEff");
  auto permitted = field(text, "CapPrm"), bounding = field(text, "CapBnd"), groups = field(text, "Groups");
  if (!name || !umask || !tgid || !ppid || !uid || !gid || !caps || !permitted || !bounding || !groups)
    return std::nullopt;
  status.comm = unescape_comm(*name);
  uid_t saved_uid;
  gid_t saved_gid;
  const bool all =
      number(*umask, status.umask, 8) && number(*tgid, status.tgid) && number(*ppid, status.ppid) &&
      number(*uid, status.uid) && number(*uid, status.euid) && number(*uid, saved_uid) &&
      number(*uid, status.fsuid) && number(*gid, status.gid) && number(*gid, status.egid) &&
      number(*gid, saved_gid) && number(*gid, status.fsgid) && number(*caps, status.effective_caps, 16) &&
      number(*permitted, status.permitted_caps, 16) && number(*bounding, status.bounding_caps, 16);
  if (!all) return std::nullopt;
  status.no_new_privs = field(text, "NoNewPrivs") == "1";
  for (gid_t group; number(*groups, group);) status.groups.push_back(group);
  for (const auto& [key, into] : {std::pair{"NSpid", &status.pids}, {"NStgid", &status.tgids}}) {
    auto numbers = field(text, key);  // absent without PID namespaces
    for (pid_t one; numbers && number(*numbers, one);) into->push_back(one);
  }
  std::sort(status.groups.begin(), status.groups.end());
  return status;
}

std::optional<std::uint64_t> parse_start_time(std::string_view stat) {
  const std::size_t comm_end = stat.rfind(')');
  if (comm_end == std::string_view::npos) return std::nullopt;
  std::string_view rest = stat.substr(comm_end + 1);
  for (int i = 3; i < 22; ++i) {  // skip fields 3 to 21
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    rest.remove_prefix(std::min(rest.find(' '), rest.size()));
  }
  std::uint64_t ticks;
  if (!number(rest, ticks)) return std::nullopt;
  return ticks;
}

std::vector<pid_t> process_numbers() {
  std::vector<pid_t> numbers;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc"), closedir);
  while (const dirent* entry = directory ? readdir(directory.get()) : nullptr)
    if (const pid_t number = std::atoi(entry->d_name); number > 0) numbers.push_back(number);
  return numbers;
}

Result<Fd> open_task_directory(pid_t tid) {
  char path[32];
  std::snprintf(path, sizeof path, "/proc/%d", tid);
  Fd fd(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return failed(std::string("cannot open ") + path);
  return fd;
}

Result<std::string> read_file_at(const Fd& dir, const char* name) {
  Fd file(openat(dir.get(), name, O_RDONLY | O_CLOEXEC));
  if (!file) return failed(std::string("cannot open the target's /proc file ") + name);
  std::string text;
  char chunk[4096];
  for (ssize_t got; (got = read(file.get(), chunk, sizeof chunk)) != 0;) {
    if (got < 0) return failed(std::string("cannot read the target's /proc file ") + name);
    text.append(chunk, static_cast<std::size_t>(got));
  }
  return text;
}

Result<ProcStatus> read_status(const Fd& task) {
  const auto text = read_file_at(task, "status");
  if (!text) return failed(text.error());
  auto status = parse_status(*text);
  if (!status) return failed(0, "cannot parse a task's /proc status");
  return std::move(*status);
}

Result<ProcStatus> read_status_again(const Fd& status) {
  std::string text;
  char chunk[4096];
  for (ssize_t got; (got = pread(status.get(), chunk, sizeof chunk, static_cast<off_t>(text.size()))) != 0;) {
    if (got < 0) return failed("cannot read the target's /proc file status");
    text.append(chunk, static_cast<std::size_t>(got));
    if (static_cast<std::size_t>(got) < sizeof chunk && text.ends_with('\n')) break;  // that was all
  }
  auto parsed = parse_status(text);
  if (!parsed) return failed(0, "cannot parse a task's /proc status");
  return std::move(*parsed);
}

Result<std::string> read_link_at(const Fd& dir, const char* name) {
  char target[PATH_MAX];
  const ssize_t got = readlinkat(dir.get(), name, target, sizeof target);
  if (got < 0) return failed(std::string("cannot read the target's /proc link ") + name);
  return std::string(target, static_cast<std::size_t>(got));
}

namespace {
Fd& own_descriptors() {
  static Fd kept;
  return kept;
}
}  // namespace

void keep_own_procfs() { own_descriptors().reset(open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC)); }

Result<std::string> name_of(const Fd& fd) {
  char link[32], target[PATH_MAX];
  const Fd& kept = own_descriptors();
  std::snprintf(link, sizeof link, kept ? "%d" : "/proc/self/fd/%d", fd.get());
  const ssize_t got = readlinkat(kept ? kept.get() : AT_FDCWD, link, target, sizeof target);
  if (got < 0) return failed("cannot find the name of a directory");
  return std::string(target, static_cast<std::size_t>(got));
}

}  // namespace scsup

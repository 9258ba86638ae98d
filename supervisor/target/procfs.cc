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

template <class T>
bool numbers(std::string_view text, std::vector<T>& out) {
  for (T one; number(text, one);) out.push_back(one);
  return true;
}

// The lines that scsup reads, in the order in which the kernel writes them (fs/proc/array.c).
struct StatusLine {
  std::string_view key;
  bool required;
  bool (*read)(std::string_view value, ProcStatus& into);
};
constexpr StatusLine status_lines[] = {
    {"Name", true,
     [](std::string_view value, ProcStatus& into) {
       into.comm = unescape_comm(value);
       return true;
     }},
    {"Umask", true, [](std::string_view value, ProcStatus& into) { return number(value, into.umask, 8); }},
    {"Tgid", true, [](std::string_view value, ProcStatus& into) { return number(value, into.tgid); }},
    {"PPid", true, [](std::string_view value, ProcStatus& into) { return number(value, into.ppid); }},
    {"Uid", true,
     [](std::string_view value, ProcStatus& into) {
       uid_t saved;
       return number(value, into.uid) && number(value, into.euid) && number(value, saved) &&
              number(value, into.fsuid);
     }},
    {"Gid", true,
     [](std::string_view value, ProcStatus& into) {
       gid_t saved;
       return number(value, into.gid) && number(value, into.egid) && number(value, saved) &&
              number(value, into.fsgid);
     }},
    {"Groups", true,
     [](std::string_view value, ProcStatus& into) {
       numbers(value, into.groups);
       std::sort(into.groups.begin(), into.groups.end());
       return true;
     }},
    // These two exist only where there are PID namespaces.
    {"NStgid", false, [](std::string_view value, ProcStatus& into) { return numbers(value, into.tgids); }},
    {"NSpid", false, [](std::string_view value, ProcStatus& into) { return numbers(value, into.pids); }},
    {"CapPrm", true,
     [](std::string_view value, ProcStatus& into) { return number(value, into.permitted_caps, 16); }},
    {"CapEff", true,
     [](std::string_view value, ProcStatus& into) { return number(value, into.effective_caps, 16); }},
    {"CapBnd", true,
     [](std::string_view value, ProcStatus& into) { return number(value, into.bounding_caps, 16); }},
    {"NoNewPrivs", false,
     [](std::string_view value, ProcStatus& into) {
       into.no_new_privs = value == "1";
       return true;
     }},
};

}  // namespace

// One pass: this runs for each directory that a target makes. A line out of order counts as missing.
std::optional<ProcStatus> parse_status(std::string_view text) {
  ProcStatus status;
  const auto* wanted = std::begin(status_lines);
  while (!text.empty() && wanted != std::end(status_lines)) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    for (const auto* row = wanted; row != std::end(status_lines); ++row) {
      if (line.starts_with(row->key) && line.substr(row->key.size()).starts_with(":\t")) {
        if (!row->read(line.substr(row->key.size() + 2), status)) return std::nullopt;
        wanted = row + 1;
        break;
      }
      if (row->required) break;  // its line comes first
    }
  }
  const auto is_missing = [](const StatusLine& row) { return row.required; };
  if (std::any_of(wanted, std::end(status_lines), is_missing)) return std::nullopt;
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
  char chunk[4096];
  ssize_t got = pread(status.get(), chunk, sizeof chunk, 0);
  if (got < 0) return failed("cannot read the target's /proc file status");
  std::string_view text(chunk, static_cast<std::size_t>(got));
  std::string longer;  // for a task in hundreds of groups
  if (text.size() == sizeof chunk) {
    longer = text;
    while ((got = pread(status.get(), chunk, sizeof chunk, static_cast<off_t>(longer.size()))) > 0)
      longer.append(chunk, static_cast<std::size_t>(got));
    if (got < 0) return failed("cannot read the target's /proc file status");
    text = longer;
  }
  auto parsed = parse_status(text);
  if (!parsed) return failed(0, "cannot parse a task's /proc status");
  return std::move(*parsed);
}

Result<mode_t> read_umask_again(const Fd& status) {
  char chunk[256];  // the umask is in the second line, after the name
  const ssize_t got = pread(status.get(), chunk, sizeof chunk, 0);
  if (got < 0) return failed("cannot read the target's /proc file status");
  std::string_view text(chunk, static_cast<std::size_t>(got));
  constexpr std::string_view key = "\nUmask:\t";
  const std::size_t at = text.find(key);
  mode_t umask = 0;
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + key.size());
  if (!number(text, umask, 8) || !text.starts_with('\n'))
    return failed(0, "cannot parse a task's /proc status");
  return umask;
}

bool is_link_to(const Fd& dir, const char* name, std::string_view wanted) {
  char target[PATH_MAX];
  const ssize_t got = readlinkat(dir.get(), name, target, sizeof target);
  return std::string_view(target, static_cast<std::size_t>(std::max<ssize_t>(got, 0))) == wanted;
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

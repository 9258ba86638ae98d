#include "analysis/read/log_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "supervisor/control/client.h"

namespace scsup::analysis {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_open = 64;

enum class Named : std::uint8_t { file, directory, socket };

Result<Named> what_is(const std::string& name) {
  struct stat status;
  if (name == "-") return Named::file;
  if (stat(name.c_str(), &status) != 0) return failed("cannot open '" + name + "'");
  return S_ISDIR(status.st_mode) ? Named::directory : S_ISSOCK(status.st_mode) ? Named::socket : Named::file;
}

std::string without_zst(const std::string& name) {
  return name.ends_with(".zst") ? name.substr(0, name.size() - 4) : name;
}

// 17 of "audit-17.jsonl" and "audit-17.jsonl.zst", for "audit.jsonl"; else -1.
std::int64_t first_seq(std::string_view name, const std::string& stem, const std::string& extension) {
  if (name.ends_with(".zst")) name.remove_suffix(4);
  if (!name.starts_with(stem + "-") || !name.ends_with(extension)) return -1;
  name.remove_prefix(stem.size() + 1);
  if (name.size() < extension.size()) return -1;
  name.remove_suffix(extension.size());
  std::int64_t seq = -1;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), seq);
  return read.ec == std::errc() && read.ptr == name.data() + name.size() ? seq : -1;
}

bool has_number(const std::string& path) {
  const std::string name = without_zst(fs::path(path).filename());
  const std::size_t end = name.rfind('.'), dash = name.rfind('-');
  return dash != std::string::npos && end != std::string::npos && dash + 1 < end &&
         name.find_first_not_of("0123456789", dash + 1) == end;
}

// A file that is just being compressed exists twice for a moment: the plain one counts.
Result<std::vector<std::string>> files_in(const std::string& directory) {
  std::map<std::string, std::string> files;  // by name without ".zst"
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    if (name.starts_with('.') || !(name.ends_with(".jsonl") || name.ends_with(".jsonl.zst"))) continue;
    std::string& known = files[without_zst(name)];
    if (known.empty() || known.ends_with(".zst")) known = entry.path();
  }
  if (error) return failed(error.value(), "cannot read the directory '" + directory + "'");
  if (files.empty()) return failed(0, "there is no *.jsonl and no *.jsonl.zst in '" + directory + "'");
  std::vector<std::string> paths;
  for (auto& [name, path] : files) paths.push_back(std::move(path));
  return paths;
}

Result<std::vector<std::string>> files_of(const std::string& live) {
  std::vector<std::string> files;
  for (ClosedSegment& segment : closed_segments(live)) files.push_back(std::move(segment.path));
  files.push_back(live);
  return files;
}

struct Identity {
  dev_t device = 0;
  ino_t inode = 0;
  auto operator<=>(const Identity&) const = default;
};
Identity identity_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

// The file being written is opened before the list is made that counts: it may be renamed at any time.
Result<std::vector<LogFile>> files_now(const std::function<Result<std::vector<std::string>>()>& list) {
  const auto before = list();
  if (!before) return failed(before.error());
  std::map<std::string, Fd> open;
  std::set<Identity> are_open;
  for (const std::string& name : *before) {
    struct stat status;
    if (has_number(name) || open.size() == most_open) continue;
    Fd fd(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));  // it may be a FIFO
    if (!fd || fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    are_open.insert(identity_of(status));
    open[name] = std::move(fd);
  }
  auto now = list();
  if (!now) return failed(now.error());
  std::vector<LogFile> files;
  for (std::string& name : *now) {
    struct stat status;
    if (const auto opened = open.find(name); opened != open.end()) {
      files.push_back({std::move(name), std::move(opened->second)});
      open.erase(opened);
    } else if (stat(name.c_str(), &status) != 0 || !are_open.contains(identity_of(status))) {
      files.push_back({std::move(name), Fd()});
    }
  }
  for (auto& [name, fd] : open) files.push_back({name, std::move(fd)});  // its successor doesn't exist yet
  return files;
}

// A user who may ask the service may not be allowed to read. Between two segments the file is missing for a moment.
Result<void> may_read(const std::string& live) {
  const Fd fd(open(live.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (fd || (errno == ENOENT && !closed_segments(live).empty())) return {};
  return failed("cannot open '" + live + "', where the service's records go");
}

// All calls that were decided before the reply are in the file.
Result<std::string> file_of_service(const std::string& socket) {
  auto client = control::Client::connect(socket);
  if (!client) return failed(client.error().err, "no service answers at '" + socket + "'");
  const auto reply = client->call("Audit");
  if (!reply) return failed(reply.error().err, "no service answers at '" + socket + "'");
  const std::string asked = "asked the service at '" + socket + "' for its log: ";
  if (!reply->error.empty()) {
    const auto reason = reply->parameters.find("reason");
    const bool said = reason != reply->parameters.end() && reason->is_string();
    return failed(0, asked + (said ? reason->get<std::string>() : reply->error));
  }
  const auto file = reply->parameters.find("file");
  if (file == reply->parameters.end() || !file->is_string()) return failed(0, asked + "it doesn't say");
  if (file->get<std::string>().empty()) return failed(0, asked + "its records go to no file");
  return file->get<std::string>();
}

}  // namespace

Result<std::vector<LogFile>> log_files(const std::string& name) {
  const auto named = what_is(name);
  if (!named) return failed(named.error());
  if (*named == Named::directory) return files_now([&name] { return files_in(name); });
  if (*named == Named::socket) {
    const auto live = file_of_service(name);
    if (!live) return failed(live.error());
    if (auto readable = may_read(*live); !readable) return failed(readable.error());
    return files_now([&live] { return files_of(*live); });
  }
  std::vector<LogFile> files;
  files.push_back({name, Fd()});
  return files;
}

Result<std::string> live_file(const std::string& name) {
  const auto named = what_is(name);
  if (!named) return failed(named.error());
  if (*named == Named::socket) return file_of_service(name);
  return *named == Named::directory ? name + "/audit.jsonl" : name;
}

std::vector<ClosedSegment> closed_segments(const std::string& file) {
  const fs::path path(file);
  std::map<std::int64_t, std::string> segments;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path.has_parent_path() ? path.parent_path() : ".", error)) {
    const std::int64_t seq = first_seq(entry.path().filename().string(), path.stem(), path.extension());
    std::error_code unknown;
    if (seq < 0 || !entry.is_regular_file(unknown)) continue;
    std::string& known = segments[seq];
    if (known.empty() || known.ends_with(".zst")) known = entry.path();
  }
  std::vector<ClosedSegment> closed;
  for (auto& [seq, segment] : segments) closed.push_back({seq, std::move(segment)});
  return closed;
}

std::string usual_log() {
  if (const char* set = std::getenv("SCSUP_AUDIT");
      set && *set && std::strcmp(set, "-") != 0 && std::strcmp(set, "none") != 0)
    return set;
  if (const char* state = std::getenv("XDG_STATE_HOME"); state && *state == '/')
    return std::string(state) + "/scsup/audit.jsonl";
  const char* home = std::getenv("HOME");
  return std::string(home ? home : "") + "/.local/state/scsup/audit.jsonl";
}

}  // namespace scsup::analysis

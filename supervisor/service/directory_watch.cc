#include "supervisor/service/directory_watch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace scsup {
namespace {

constexpr std::uint32_t gone = IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t came = IN_CLOSE_WRITE | IN_MOVED_TO;
constexpr std::uint32_t went = IN_DELETE | IN_MOVED_FROM;

// The directory of `path`, and its name in that directory.
std::pair<std::string, std::string> split(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

bool is_link(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

bool is_link_to_directory(const std::string& path) {
  struct stat status {};
  return is_link(path) && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

Result<std::shared_ptr<DirectoryWatch>> DirectoryWatch::create(Changed changed) {
  Fd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify) return failed("cannot watch files for changes (fs.inotify.max_user_instances)");
  return std::shared_ptr<DirectoryWatch>(new DirectoryWatch(std::move(inotify), std::move(changed)));
}

// False: errno says why.
bool DirectoryWatch::arm(Place& place) {
  const std::uint32_t of_interest =
      place.what == Place::What::entry ? IN_CREATE | IN_MOVED_TO | went : IN_CREATE | came | went;
  // ADD: another place may watch the same directory. An entry's directory may itself be a link's target.
  place.watch = ::inotify_add_watch(inotify_.get(), place.directory.c_str(),
                                    of_interest | gone | IN_ONLYDIR | IN_MASK_ADD | IN_EXCL_UNLINK);
  return place.watch >= 0;
}

bool DirectoryWatch::watch_entry(const std::string& directory) {
  const auto [parent, name] = split(directory);
  if (name == "." || name == ".." || name == "/" || name.empty()) return true;  // can never be replaced
  Place entry{Place::What::entry, parent, name, ""};
  if (!arm(entry)) return false;
  places_.push_back(entry);
  return true;
}

Result<void> DirectoryWatch::watch_directory(const std::string& directory, const std::string& suffix) {
  const std::string cannot = "cannot watch the directory '" + directory + "'";
  // The parent first: then a directory that is replaced between the two steps is noticed.
  if (!watch_entry(directory)) return failed(cannot);
  Place files{Place::What::files, directory, suffix, directory + (directory.ends_with('/') ? "" : "/")};
  if (!arm(files)) return failed(cannot);
  places_.push_back(files);
  return {};
}

Result<void> DirectoryWatch::watch_file(const std::string& file) {
  const auto [directory, name] = split(file);
  Place place{Place::What::file, directory, name, file.substr(0, file.rfind('/') + 1)};
  if (!watch_entry(directory) || !arm(place)) return failed("cannot watch the file '" + file + "'");
  places_.push_back(place);
  return {};
}

void DirectoryWatch::arm_all() {
  std::vector<int> old;
  for (const Place& place : places_)
    if (place.watch >= 0) old.push_back(place.watch);
  std::sort(old.begin(), old.end());
  old.erase(std::unique(old.begin(), old.end()), old.end());
  for (const int watch : old) (void)::inotify_rm_watch(inotify_.get(), watch);  // may be gone already
  for (Place& place : places_) (void)arm(place);
}

void DirectoryWatch::note(const Place& place, std::uint32_t mask, const std::string& name, Changes& changes) {
  if (place.what == Place::What::entry) {
    changes.everything = changes.everything || name == place.name;
    return;
  }
  // A link is complete when it is created; a file that is created is closed later, if it was opened for writing.
  const bool made = (mask & IN_CREATE) != 0;
  if (made && !is_link(place.directory + "/" + name)) return;
  if (place.what == Place::What::file ? name != place.name
                                      : !name.ends_with(place.name) || name.starts_with('.')) {
    // Files that are links through a common one, as in Kubernetes mounts, all change at once when that one changes.
    if (place.what == Place::What::files && (mask & (IN_MOVED_TO | IN_CREATE)) != 0 &&
        is_link_to_directory(place.directory + "/" + name))
      changes.everything = true;
    return;
  }
  std::string file = place.prefix + name;
  if (std::find(changes.files.begin(), changes.files.end(), file) == changes.files.end())
    changes.files.push_back(std::move(file));
}

void DirectoryWatch::note(int watch, std::uint32_t mask, const std::string& name, Changes& changes) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    changes.everything = true;
    return;
  }
  for (const Place& place : places_) {
    if (place.watch != watch) continue;
    if ((mask & (gone | IN_IGNORED | IN_UNMOUNT)) != 0)
      changes.everything = true;
    else
      note(place, mask, name, changes);
  }
}

Source::Next DirectoryWatch::serve(std::uint32_t, Lead&) {
  Changes changes;
  alignas(inotify_event) std::array<char, 16384> buffer;
  constexpr int most_reads = 64;  // if a directory is written to without end, the rest follows next time
  for (int i = 0; i < most_reads; ++i) {
    const ssize_t got = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      note(event.wd, event.mask, event.len > 0 ? std::string(name, strnlen(name, event.len)) : "", changes);
      at += sizeof event + event.len;
    }
  }
  if (changes.everything) arm_all();  // before the callback looks: later changes cause new events
  if (changes.everything || !changes.files.empty()) changed_(changes);
  return Next::again;
}

}  // namespace scsup

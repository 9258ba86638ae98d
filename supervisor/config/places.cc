#include "supervisor/config/places.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/fd.h"

namespace scsup {
namespace {

// The value of a variable that holds an absolute path; "" otherwise.
std::string directory_in(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value == '/' ? value : "";
}

std::string own_home() {
  if (const std::string set = directory_in("HOME"); !set.empty()) return set;
  const passwd* entry = getpwuid(geteuid());
  return entry ? entry->pw_dir : "/";
}

}  // namespace

Places default_places() {
  if (geteuid() == 0) return {"/run/scsup", "/etc/scsup/config.json", "/etc/scsup/policies"};
  Places places;
  if (const std::string runtime = directory_in("XDG_RUNTIME_DIR"); !runtime.empty())
    places.runtime = runtime + "/scsup";
  const std::string set = directory_in("XDG_CONFIG_HOME");
  const std::string config = (set.empty() ? own_home() + "/.config" : set) + "/scsup";
  places.config = config + "/config.json";
  places.policies = config + "/policies";
  return places;
}

std::string default_socket(const Places& places, const char* name) {
  return places.runtime.empty() ? "" : places.runtime + "/" + name + ".sock";
}

Result<void> make_runtime_directory(const std::string& path) {
  const std::string cannot = "cannot use '" + path + "' for sockets";
  const mode_t mode = geteuid() == 0 ? 0711 : 0700;
  const bool made = ::mkdir(path.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return failed("cannot make the directory '" + path + "'");
  const Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!directory || ::fstat(directory.get(), &status) != 0) return failed(cannot);
  if (status.st_uid != geteuid() && status.st_uid != 0)
    return failed(0, cannot + ": it belongs to another user (uid " + std::to_string(status.st_uid) + ")");
  if ((status.st_mode & 022) != 0)
    return failed(0, cannot + ": others may write to it; remove that permission (chmod go-w)");
  // mkdir alone isn't enough: the umask removes bits.
  if (made && ::fchmod(directory.get(), mode) != 0) return failed(cannot);
  return {};
}

}  // namespace scsup

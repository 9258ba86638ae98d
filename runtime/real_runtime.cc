#include "runtime/real_runtime.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace scsup::runtime {
namespace {

bool is_ourselves(const struct stat& status) {
  struct stat own {};
  return stat("/proc/self/exe", &own) == 0 && own.st_dev == status.st_dev && own.st_ino == status.st_ino;
}

bool is_program(const std::string& path, bool& ourselves) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || access(path.c_str(), X_OK) != 0)
    return false;
  ourselves = is_ourselves(status);
  return true;
}

// Searches $PATH, then the directories where distributions put runtimes: an engine's service may have no $PATH or a
// short one.
std::string search(const std::string& name, bool& ourselves) {
  const char* given = std::getenv("PATH");
  const std::string path =
      std::string(given ? given : "") + ":/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/sbin:/bin";
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t end = std::min(path.find(':', from), path.size());
    const std::string directory = path.substr(from, end - from);
    from = end + 1;
    bool it_is_us = false;
    if (!directory.starts_with('/') || !is_program(directory + "/" + name, it_is_us)) continue;
    if (!it_is_us) return directory + "/" + name;
    ourselves = true;
  }
  return "";
}

}  // namespace

Result<std::string> find_runtime(const Settings& settings) {
  bool ourselves = false;
  const std::string& file = settings.file;
  if (settings.runtime.starts_with('/')) {
    if (!is_program(settings.runtime, ourselves))
      return failed(errno, "cannot run the runtime '" + settings.runtime + "' that " + file + " names");
    if (ourselves)
      return failed(0,
                    "'" + settings.runtime + "' in " + file + " is scsup-runtime itself; name the real one");
    return settings.runtime;
  }
  if (!settings.runtime.empty()) {
    if (std::string found = search(settings.runtime, ourselves); !found.empty()) return found;
    return failed(0, "there is no program '" + settings.runtime + "' in $PATH" +
                         (ourselves ? " but scsup-runtime itself" : "") + "; \"runtime\" in " + file +
                         " names it");
  }
  for (const char* name : {"runc", "crun"})
    if (std::string found = search(name, ourselves); !found.empty()) return found;
  return failed(0, "neither runc nor crun is in $PATH; name a runtime in " + file);
}

Result<void> become(const std::string& path, const std::vector<std::string>& arguments) {
  std::vector<char*> words{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  execv(path.c_str(), words.data());
  return failed("cannot run '" + path + "'");
}

}  // namespace scsup::runtime

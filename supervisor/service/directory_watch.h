// Notices changed files, inotify(7): in a directory of policies, and single files. A source of the loop.
//
// Only complete changes count: a file closed after writing, renamed into place, a link created, a file removed. A
// half-written file is never announced. A file that is hard-linked into place, or that changes behind a symbolic link
// that stays, isn't noticed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/loop/loop.h"

namespace scsup {

class DirectoryWatch : public Source {
 public:
  struct Changes {
    // Paths in the form that was passed to watch_*: "DIRECTORY/NAME", or the file; each once, in the order of the
    // events. Some may be gone.
    std::vector<std::string> files;
    // Check everything: events were lost, or a directory was moved, removed or put in place.
    bool everything = false;
  };
  // Called on the loop's thread, for all events since the last time. It may not call the watch.
  using Changed = std::function<void(const Changes&)>;

  static Result<std::shared_ptr<DirectoryWatch>> create(Changed changed);

  // To be called before the watch is added to a loop. If the files are read after this call, no change is missed. A
  // missing directory is an error now; if one goes away later, its replacement is watched when it is put in its
  // place, as long as the parent stays. Counts only files whose name ends in `suffix` and doesn't begin with a dot.
  Result<void> watch_directory(const std::string& directory, const std::string& suffix);
  Result<void> watch_file(const std::string& file);

  int fd() const override { return inotify_.get(); }
  Next serve(std::uint32_t ready, Lead& lead) override;

 private:
  // One reason to watch a directory. Several may watch the same one, which then has one descriptor.
  struct Place {
    enum class What : std::uint8_t {
      files,  // the files in a policies directory with `name` as suffix
      file,   // `name` in it
      entry,  // `name` in it is a watched directory: was another one put there?
    };
    What what;
    std::string directory, name;
    std::string
        prefix;  // the start of Changes::files: "DIRECTORY/", or what was passed for the file before its name
    int watch = -1;  // inotify's descriptor; -1: the directory isn't there
  };

  DirectoryWatch(Fd inotify, Changed changed) : inotify_(std::move(inotify)), changed_(std::move(changed)) {}
  bool watch_entry(const std::string& directory);
  bool arm(Place& place);
  void arm_all();
  void note(int watch, std::uint32_t mask, const std::string& name, Changes& changes);
  void note(const Place& place, std::uint32_t mask, const std::string& name, Changes& changes);

  const Fd inotify_;
  const Changed changed_;
  std::vector<Place> places_;
};

}  // namespace scsup

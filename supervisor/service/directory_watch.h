// Notices changed files, inotify(7): in a directory of policies, and single files. A source of the loop.
//
// Only what is complete counts: a file closed after writing, renamed into place, a link made, a file removed.
// A half-written file is never announced. What is hard-linked into place, or changes behind a symbolic link
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
    // As they were given to watch_*: "DIRECTORY/NAME", or the file; each once, in the order of the events.
    // Some may be gone.
    std::vector<std::string> files;
    // Look at all of it: events were lost, or a directory was moved, removed or put in place.
    bool everything = false;
  };
  // On the loop's thread, for all that has happened since the last time. It may not call the watch.
  using Changed = std::function<void(const Changes&)>;

  static Result<std::shared_ptr<DirectoryWatch>> create(Changed changed);

  // Before the watch is added to a loop. Whoever reads the files afterwards misses nothing. A directory
  // that isn't there is an error now; one that goes away later is taken up again when another one is put in
  // its place, as long as its parent stays.
  // Of the directory's files those count whose name ends in `suffix` and doesn't begin with a dot.
  Result<void> watch_directory(const std::string& directory, const std::string& suffix);
  Result<void> watch_file(const std::string& file);

  int fd() const override { return inotify_.get(); }
  Next serve(std::uint32_t ready, Lead& lead) override;

 private:
  // One reason to look at a directory. Several may look at the same one, which then has one descriptor.
  struct Place {
    enum class What : std::uint8_t {
      files,  // of a policies directory: those with `name` as suffix
      file,   // `name` in it
      entry,  // `name` in it is a directory that is watched: is another one put there?
    };
    What what;
    std::string directory, name;
    std::string
        prefix;  // of what Changes::files says: "DIRECTORY/", or what was given for the file before its name
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

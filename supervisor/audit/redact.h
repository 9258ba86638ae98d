// Keeps secrets out of the log: paths and arguments that match a pattern are cut after the part of the pattern
// without wildcards, "/home/***", before they are written anywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "supervisor/policy/paths/path_set.h"

namespace scsup {

class Redaction {
 public:
  Redaction() = default;
  // Globs as in policies (policy/glob.h) for paths; fnmatch(3) patterns for whole arguments.
  static Result<Redaction> make(const std::vector<std::string>& paths, std::vector<std::string> arguments);

  bool hides_paths() const { return paths_.has_value(); }
  // The path as it may be written, made in `memory` if it must be changed. A relative path starts at `directory`; in
  // it "." and ".." are resolved textually.
  std::string_view path(std::string_view path, std::string_view directory, std::string& memory) const;
  std::string argument(const std::string& argument) const;

 private:
  const std::string* match(std::string_view path) const;

  std::optional<PathSet> paths_;
  std::vector<std::string> shown_;  // for each path pattern: what is written instead
  std::vector<std::string> arguments_;
};

}  // namespace scsup

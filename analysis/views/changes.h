// Waits until a file has changed, or the reader has gone. Uses inotify(7), without polling.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace scsup::analysis {

class Changes {
 public:
  // Watches the file, and the directory entry of its name. Takes over SIGINT and SIGTERM from now on.
  static Result<Changes> of(const std::string& file);

  // False: a signal came, or the reader of standard output has gone.
  Result<bool> wait();
  // The name refers to another file now.
  Result<void> again();

 private:
  Changes() = default;
  std::string file_;
  Fd inotify_, signals_;
  int watch_ = -1;
};

}  // namespace scsup::analysis

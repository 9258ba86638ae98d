// Waits until a file has changed, or nobody wants to know any more. inotify(7): nothing is asked again and
// again.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace scsup::analysis {

class Changes {
 public:
  // Of the file, and of what its name stands for. SIGINT and SIGTERM are this object's from now on.
  static Result<Changes> of(const std::string& file);

  // False: a signal came, or whoever read standard output has gone.
  Result<bool> wait();
  // The name stands for another file now.
  Result<void> again();

 private:
  Changes() = default;
  std::string file_;
  Fd inotify_, signals_;
  int watch_ = -1;
};

}  // namespace scsup::analysis

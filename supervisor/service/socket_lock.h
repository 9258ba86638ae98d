// Tells who serves a socket: a lock file beside it, "PATH.lock", flock(2)ed as long as its owner lives, with the
// owner's pid in it.
//
// Trying to connect isn't enough: between bind and listen a socket doesn't answer, and two services that start at
// once would each remove the other's socket as stale.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

class SocketLock {
 public:
  // EADDRINUSE if another process has it: Error::what names its pid. An existing file that isn't such a lock is left
  // alone, and is an error.
  static Result<SocketLock> take(const std::string& socket);

  SocketLock() = default;
  SocketLock(SocketLock&&) = default;
  SocketLock& operator=(SocketLock&&) = default;
  // Removes the file, then unlocks.
  void release();

 private:
  SocketLock(std::string path, Fd file) : path_(std::move(path)), file_(std::move(file)) {}
  std::string path_;
  Fd file_;  // closing it unlocks
};

}  // namespace scsup

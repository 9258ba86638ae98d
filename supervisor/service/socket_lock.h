// Who serves a socket: a lock file beside it, "PATH.lock", flock(2)ed for as long as its owner lives, with
// the owner's pid in it.
//
// Why, when one can try to connect: between bind and listen nobody answers, and two that start at once would
// each remove the other's socket as stale.
#pragma once

#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

class SocketLock {
 public:
  // EADDRINUSE when another process has it: Error::what names its pid. A file that is there and isn't such a
  // lock is left alone, and an error.
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

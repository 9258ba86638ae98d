// How scsup's own failures are returned.
//
// An Error is scsup's own: a system call that scsup itself needed has failed. It is never a policy's verdict
// (Decision) and never the kernel's result of a call made for a target (Outcome). `err` is a positive errno, or 0 if
// no system call failed; `what` says what scsup was doing, without a final full stop.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace scsup {

struct Error {
  int err = 0;
  std::string what;

  // "cannot open '/x': No such file or directory"
  std::string text() const { return err ? what + ": " + std::strerror(err) : what; }
};

// The caller must look at a Result: the class is nodiscard.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

// Both return the failing branch of any Result<T>; the first reads errno.
inline tl::unexpected<Error> failed(std::string what) {
  return tl::unexpected<Error>(Error{errno, std::move(what)});
}
inline tl::unexpected<Error> failed(int err, std::string what) {
  return tl::unexpected<Error>(Error{err, std::move(what)});
}
inline tl::unexpected<Error> failed(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace scsup

// The line between the supervisor and a deputy (deputy.h): packets of one word, its bytes, and descriptors.
//
// Both ends are scsup, but the deputy is where a target may kill or stop it, so each wait for a deputy has a
// deadline. Errors: EPIPE the other end has gone, ETIMEDOUT, EMSGSIZE, EPROTO for what isn't a packet.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

using Deadline = std::chrono::steady_clock::time_point;

enum class Word : std::uint8_t {
  // to the zygote, and its replies
  bear,  // is there a user namespace?, a mount namespace?; descriptors: the deputy's end of its line, the task's
         // /proc directory, and they
  confine,  // descriptors: the new zygote's end of its line, the Landlock ruleset
  born,     // its number; descriptor: its pidfd
  failed,   // errno, what
  ready,
  // to a deputy
  begin,    // its pidfd has arrived, so it can be killed whatever happens; the identity to take over
  resolve,  // see deputy_words.h; descriptors: the task's root, and where the path starts unless it is
            // absolute
  perform,  // mode, umask
  exists,   // does the object that the call would make exist already?
  drop,     // lets go of the resolved object
  given,    // the answer to one of its questions: errno or, with 0, a number; perhaps a descriptor
  // from a deputy
  resolved,  // state, errno, path
  done,      // errno, value
  // a deputy's questions while it resolves (own_rights.h)
  open,       // name, flags; descriptor: the directory
  follow,     // name; descriptor: the directory
  is_owners,  // descriptors: the directory, the link
};

class Packer {
 public:
  explicit Packer(Word word) : bytes_(1, static_cast<char>(word)) {}
  Packer& number(std::uint64_t value);
  Packer& text(std::string_view value);
  std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// One received packet. Reading past its end gives 0 and ""; whole() says whether that happened.
class Parcel {
 public:
  Parcel(std::string bytes, std::vector<Fd> fds) : bytes_(std::move(bytes)), fds_(std::move(fds)) {}
  Word word() const { return static_cast<Word>(bytes_.front()); }
  std::uint64_t number();
  std::string text();
  Fd fd();  // the next one; empty when there are no more
  bool whole() const { return whole_; }

 private:
  std::string bytes_;
  std::vector<Fd> fds_;
  std::size_t at_ = 1, next_fd_ = 0;
  bool whole_ = true;
};

class DeputyLine {
 public:
  explicit DeputyLine(Fd socket);
  // Never waits: only one question or answer is on its way at a time. Several threads may send on one line.
  Result<void> send(const Packer& packet, std::span<const int> fds = {}) const;
  // Without a deadline it waits for ever.
  Result<Parcel> receive(std::optional<Deadline> until = {});
  int fd() const { return socket_.get(); }

 private:
  Fd socket_;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace scsup

// Records on their way to the log: a ring in a mapped file beside it.
//
// A record that was put is in the kernel's hands: it outlives this process, like data written to a file, and costs a
// copy instead of a system call. One thread puts, one takes (a Committer); each may be in another process, and the
// taker in a later one: a supervisor that finds a journal whose owner is dead appends what is left in it, once
// (recovery.h).
//
//   0     magic, run, counters    4096 bytes
//   4096  the ring                entries: size, split, place, text; 8-aligned, none in two
//   then  the reserve             so much is kept from other users of a disk that all that was put can be
//                                 appended when the disk is full
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "supervisor/audit/store/log_line.h"

namespace scsup {

class Journal {
 public:
  static constexpr std::size_t capacity = 1u << 20;                // bytes of the ring
  static constexpr std::size_t longest = 128u << 10;               // of a line; longer ones are appended
                                                                   // without the journal
  static constexpr std::size_t run_length = 16;                    // hex digits
  static constexpr std::size_t reserve = capacity + (128u << 10);  // for numbers, seals, and the last records

  // A new file (0600), locked as long as this process lives. Fails if the file system can't reserve the space
  // (fallocate(2)), or can't map.
  static Result<std::unique_ptr<Journal>> create(const std::string& path, std::string_view run);
  // A journal that a dead process has left. Nothing: its owner lives, it isn't ours, or it isn't a journal.
  static std::unique_ptr<Journal> inherit(const std::string& path);
  ~Journal();

  // False: there is no room until more is taken.
  bool put(const LogLine& line);
  bool is_half_full() const { return put_end() - taken_end() > capacity / 2; }
  std::uint64_t put_end() const;  // positions count all bytes ever put
  std::uint64_t taken_end() const;

  // What was put and not taken, oldest first. The views are valid until it is taken.
  struct Waiting {
    std::vector<LogLine> lines;
    std::vector<std::uint64_t> ends;  // the position after each
    // By which line of what is being appended each is told, from 1: several may be told by one (LikeLines).
    std::vector<std::uint16_t> places;
  };
  static constexpr std::uint16_t in_order = 0;         // by its own, as none is told by another's
  static constexpr std::uint16_t in_the_log = 0xffff;  // by one that is there, whatever the intent says
  void waiting(Waiting& found) const;

  // Noted before the waiting lines up to `end` are appended: where in the log, and their first number. It tells later
  // whether that was done.
  struct Intent {
    std::uint64_t end = 0, offset = 0, first_seq = 0;
  };
  // `placed`: with places that are to hold from now on; without, all are `in_order`.
  void intend(const Intent& intent, const Waiting& placed = {});
  Intent intent() const;
  void set_place(const LogLine& waiting, std::uint16_t place);  // of one of Waiting's lines
  void taken(std::uint64_t end);

  // Gives the reserve back to the disk; takes it again. False: the disk is still full.
  void release_reserve();
  bool take_reserve();

  const std::string& run() const { return run_; }
  void remove();  // removes the file; what was put and not taken is lost

 private:
  struct Head;
  Journal(Fd file, std::string path, void* memory);
  bool take_positions();
  Head& head() const;
  char* ring() const;

  const Fd file_;
  const std::string path_;
  void* const memory_;
  std::string run_;
  // The mapping has the same values, for a later process. We don't read them there: a target of the same user can
  // write to the file.
  std::atomic<std::uint64_t> put_{0}, taken_{0};
};

}  // namespace scsup

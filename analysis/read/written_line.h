// A `call`, `task` or `seal` record as our writer lays it out (supervisor/audit/renderer.cc, seal_chain.cc),
// read without a general JSON parser.
//
// The line is matched with the writer's members in the writer's order, byte by byte to its end: nothing is
// skipped unseen, so a line that matches is well-formed JSON, and each value is what a parser would have
// found. Whatever else a line is (another order, an unknown or repeated member, an escape, a byte that is not
// ASCII, a space, a number that JSON or 64 bits don't have, a cut) doesn't match, and says nothing about the
// line.
//
// A program makes many calls in a row, and what says who calls is rendered once for all of them: where the
// same bytes stand again, they aren't looked at again.
#pragma once

#include <array>
#include <string_view>

#include "analysis/read/record.h"

namespace scsup::analysis {

class WrittenLine {
 public:
  // Behind the last '}', or nullptr: it doesn't match, and `record` holds anything. `record` is as newly
  // made. Reads nothing behind `limit` but 64 bytes, of which the first is below 0x20, and at most 64 bytes
  // behind the first such byte. Views are into the line or into this.
  const char* read(const char* line, const char* limit, Record& record);

 private:
  // From `"session":` to the end of `"proc"`, as it was read once, and what it says.
  struct Caller {
    std::array<char, 1024> bytes;
    std::size_t size = 0;  // 0: none
    std::int64_t session, tid, pid, ppid, uid, gid;
    std::string_view container_id, container_name, image, comm, exe, cwd;  // into bytes
  };
  template <class From, class To>
  static void copy(const From& from, To& to);
  // The length of what stands at `at` when it is known; 0: it isn't.
  std::size_t take_known(const char* at, const char* limit, Record& record);
  void remember(std::string_view words, const Record& record);

  std::array<Caller, 4> callers_;  // as many as call by turns on a few processors
  std::size_t recent_ = 0;         // the last one that was seen or put there
};

}  // namespace scsup::analysis

// A `call`, `task` or `seal` record as our writer lays it out (supervisor/audit/renderer.cc, seal_chain.cc),
// read without a general JSON parser.
//
// The line is matched with the writer's members in the writer's order, byte by byte to its end: nothing is skipped
// unseen, so a line that matches is well-formed JSON, and each value is what a parser would have found. Any other
// line (another order, an unknown or repeated member, an escape, a byte that is not ASCII, a space, a number outside
// JSON or 64 bits, a cut) doesn't match, which says nothing about the line.
//
// A program makes many calls in a row, and its description is rendered once for all of them: if the same bytes come
// again, they aren't parsed again.
#pragma once

#include <array>
#include <string_view>

#include "analysis/read/record.h"

namespace scsup::analysis {

class WrittenLine {
 public:
  // Returns the position after the last '}', or nullptr: it doesn't match, and `record` holds anything. `record` must
  // be newly made. Reads at most 64 bytes beyond `limit`, of which the first is below 0x20, and at most 64 bytes
  // after the first such byte. Views point into the line or into this object.
  const char* read(const char* line, const char* limit, Record& record);

 private:
  // From `"session":` to the end of `"proc"`, as read once, and its values.
  struct Caller {
    std::array<char, 1024> bytes;
    std::size_t size = 0;  // 0: none
    std::int64_t session, tid, pid, ppid, uid, gid;
    std::string_view container_id, container_name, image, comm, exe, cwd;  // into bytes
  };
  template <class From, class To>
  static void copy(const From& from, To& to);
  // The length of the known bytes at `at`; 0: they aren't known.
  std::size_t take_known(const char* at, const char* limit, Record& record);
  void remember(std::string_view words, const Record& record);

  std::array<Caller, 4> callers_;  // as many as call in turn on a few processors
  std::size_t recent_ = 0;         // the last one that was found or stored
};

}  // namespace scsup::analysis

// The one record that `why SEQ` and `suggest SEQ` are about, with the policies of its log.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "analysis/explain/policy_shelf.h"
#include "analysis/read/line_reader.h"
#include "analysis/read/reading.h"

namespace scsup::analysis {

// The additional options of such a command.
std::vector<Option> seeking_options();

class Sought {
 public:
  // Reads the whole log. Throws UsageError if the arguments don't begin with a number, std::runtime_error if the log
  // can't be opened.
  explicit Sought(Reading& reading);

  // The `call` or `task` record with that number; nullptr if there is none or more than one, which was then reported
  // on stderr.
  const Record* record();
  const PolicyShelf& shelf() const { return shelf_; }
  // As Reading::finish(), and partly_read if `whole` is false.
  int finish(bool whole) const;

 private:
  const Reading& reading_;
  Source source_;
  std::int64_t seq_ = -1;
  PolicyShelf shelf_;
  std::string line_, other_type_;
  std::set<std::string> runs_;  // those with such a record
  std::size_t found_ = 0;
  LineReader reader_;
  Record record_;
};

}  // namespace scsup::analysis

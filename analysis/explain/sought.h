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

// The options that such a command has of its own.
std::vector<Option> seeking_options();

class Sought {
 public:
  // Reads the whole log. Throws UsageError when the arguments begin with no number, std::runtime_error when
  // the log can't be opened.
  explicit Sought(Reading& reading);

  // The `call` or `task` record of that number; nullptr when there is none or more than one: then it has been
  // said on stderr.
  const Record* record();
  const PolicyShelf& shelf() const { return shelf_; }
  // As Reading::finish(), and partly_read when `whole` is false.
  int finish(bool whole) const;

 private:
  const Reading& reading_;
  Source source_;
  std::int64_t seq_ = -1;
  PolicyShelf shelf_;
  std::string line_, other_type_;
  std::set<std::string> runs_;  // that have such a record
  std::size_t found_ = 0;
  LineReader reader_;
  Record record_;
};

}  // namespace scsup::analysis

// The records that say under what calls were decided: collected while several threads read a log, put on a shelf in
// the log's order at the end.
#pragma once

#include <string>
#include <vector>

#include "analysis/explain/policy_shelf.h"
#include "analysis/read/line_reader.h"
#include "analysis/read/scan.h"

namespace scsup::analysis {

class Setting {
 public:
  // Ignores all records but run, policy and attach.
  void add(const Record& record, const Place& place);
  void add(Setting&& other);
  PolicyShelf shelf() const;

 private:
  struct Kept {
    Place place;
    std::string line;
  };
  std::vector<Kept> kept_;
  std::size_t bytes_ = 0;
};

// A kept line as a record again. Points into `line`, which gets padding at its end.
class KeptLine {
 public:
  explicit KeptLine(std::string line);
  const Record& record() const { return record_; }

 private:
  std::string line_;
  LineReader reader_;
  Record record_;
};

}  // namespace scsup::analysis

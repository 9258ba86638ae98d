// One log, a record at a time: for reading several at once.
#pragma once

#include <string>

#include "analysis/read/line_reader.h"
#include "analysis/read/lines.h"
#include "analysis/read/scan.h"
#include "analysis/read/source.h"

namespace scsup::analysis {

class Stream {
 public:
  // Throws std::runtime_error if there is no such log.
  explicit Stream(const std::string& log);
  Stream(const Stream&) = delete;

  // Goes on to the next record; false at the end. Lines that are not records go to damage().
  bool next();
  // The record of the last next().
  const Record& record() const { return record_; }
  // The record's time, or that of the last record before it that had one: a log keeps its own order.
  const std::string& time() const { return time_; }

  const Source& source() const { return source_; }
  const Damage& damage() const { return damage_; }

 private:
  Source source_;
  Lines lines_;
  LineReader reader_;
  Record record_;
  std::string time_;
  Damage damage_;
};

}  // namespace scsup::analysis

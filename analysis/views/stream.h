// One log, a record at a time: for who reads several at once.
#pragma once

#include <string>

#include "analysis/read/line_reader.h"
#include "analysis/read/lines.h"
#include "analysis/read/scan.h"
#include "analysis/read/source.h"

namespace scsup::analysis {

class Stream {
 public:
  // Throws std::runtime_error when there is no such log.
  explicit Stream(const std::string& log);
  Stream(const Stream&) = delete;

  // Goes on to the next record; false at the end. What is no record goes to damage().
  bool next();
  // Of the last next().
  const Record& record() const { return record_; }
  // The record's, or that of the last one before it that had any: a log is in its own order.
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

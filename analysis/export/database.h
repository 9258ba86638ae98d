// A SQLite database made from a log: `calls` has a row for each call, with the columns of columns.h; `records` has
// each record as it was written. https://www.sqlite.org/c3ref/intro.html
#pragma once

#include <memory>
#include <string>

#include "analysis/read/record.h"
#include "base/result.h"

namespace scsup::analysis {

class Database {
 public:
  // Creates a new file, 0600; an existing one is an error.
  static Result<Database> create(const std::string& file);
  Database(Database&&) noexcept;
  // Removes the file unless it was finished: half a log looks like a whole one.
  ~Database();

  // All in one transaction, which finish() commits.
  Result<void> add(const Record& record);
  Result<void> finish();

 private:
  struct Open;
  explicit Database(std::unique_ptr<Open> open);
  std::unique_ptr<Open> open_;
};

}  // namespace scsup::analysis

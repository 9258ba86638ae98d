// Which records a command looks at: the options that all of them take.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/read/record.h"
#include "cli/options.h"
#include "supervisor/policy/paths/path_set.h"

namespace scsup::analysis {

class Filter {
 public:
  static const std::vector<Option>& options();

  // Throws UsageError.
  explicit Filter(const Options& given);

  // Calls are looked at by all that was given; other records by session, container and time.
  bool passes(const Record& record) const;
  bool is_empty() const { return empty_; }

 private:
  bool passes_call(const Record& record) const;

  bool empty_ = true;
  std::optional<std::int64_t> session_, pid_;
  std::string container_, exe_, syscall_, act_, rule_, err_, since_, until_;
  std::optional<PathSet> path_;
};

}  // namespace scsup::analysis

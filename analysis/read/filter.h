// Which records a command uses: the options that all commands have.
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

  // All given options apply to calls; only session, container and time apply to other records.
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

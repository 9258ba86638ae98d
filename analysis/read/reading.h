// What the commands do alike: options, where the log is, what is said of what can't be read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/read/filter.h"
#include "analysis/read/scan.h"
#include "analysis/read/source.h"
#include "cli/options.h"

namespace scsup::analysis {

// Some of the log was no record, or not there: the rest was used.
inline constexpr int partly_read = 1;

class Reading {
 public:
  // Prints help for --help, and has nothing to read then. Throws UsageError.
  Reading(const char* usage, const Arguments& arguments, std::vector<Option> own);

  bool helped() const { return helped_; }
  const Options& options() const { return *options_; }
  bool json() const { return options_->has("json"); }
  const Filter& filter() const { return *filter_; }

  // The records that pass the filter. Shows progress on a terminal when it takes over a second.
  void each(Source& source, unsigned threads, const Visit& visit);
  // All records, for who has to know the others as well: such a command asks filter() itself.
  void all(Source& source, unsigned threads, const Visit& visit);
  // Says what could not be read, on stderr. The exit status.
  int finish(const Source& source) const { return finish(source, damage_); }
  // Of a source that was read elsewhere.
  int finish(const Source& source, const Damage& damage) const;
  const Damage& damage() const { return damage_; }

 private:
  bool helped_ = false;
  std::optional<Options> options_;
  std::optional<Filter> filter_;
  Damage damage_;
};

// Throws std::runtime_error.
Source open_logs(const std::vector<std::string>& names);

}  // namespace scsup::analysis

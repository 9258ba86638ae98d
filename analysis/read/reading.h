// What the commands have in common: options, the log's place, messages about what can't be read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/read/filter.h"
#include "analysis/read/scan.h"
#include "analysis/read/source.h"
#include "cli/options.h"

namespace scsup::analysis {

// A part of the log was not a record, or missing; the rest was used.
inline constexpr int partly_read = 1;

class Reading {
 public:
  // For --help prints help, and then has nothing to read. Throws UsageError.
  Reading(const char* usage, const Arguments& arguments, std::vector<Option> own);

  bool helped() const { return helped_; }
  const Options& options() const { return *options_; }
  bool json() const { return options_->has("json"); }
  const Filter& filter() const { return *filter_; }

  // The records that pass the filter. Shows progress on a terminal when it takes over a second.
  void each(Source& source, unsigned threads, const Visit& visit);
  // All records, for commands that also need those outside the filter: they ask filter() themselves.
  void all(Source& source, unsigned threads, const Visit& visit);
  // Reports on stderr what could not be read. Returns the exit status.
  int finish(const Source& source) const { return finish(source, damage_); }
  // For a source that was read elsewhere.
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

// All records of a source, on several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/read/record.h"
#include "analysis/read/source.h"
#include "base/result.h"

namespace scsup::analysis {

// Where a line is.
struct Place {
  std::size_t file = 0;
  std::uint64_t line = 0;    // from 1; 0 while several threads read, when it isn't known yet
  std::uint64_t offset = 0;  // bytes
};

// What could not be read.
struct Damage {
  struct Line {
    Place place;
    std::string why;
  };
  std::uint64_t broken = 0;   // lines that are no record
  std::vector<Line> first;    // the first of them, in the source's order, at most `shown`
  std::uint64_t unknown = 0;  // records of a type that this version doesn't know
  std::string error;          // the source could not be read to its end
  static constexpr std::size_t shown = 5;

  bool any() const { return broken != 0 || unknown != 0 || !error.empty(); }
  std::string unknown_kinds() const;  // "2 records are of kinds that..."
  void add(Damage&& other);
};

// Called on thread `worker`, 0 <= worker < threads, for each record; in the source's order if there is one
// thread.
using Visit = std::function<void(unsigned worker, const Record& record, const Place& place)>;

struct Scanning {
  unsigned threads = 1;
  // Bytes read so far, for showing progress.
  std::atomic<std::uint64_t>* progress = nullptr;
};

Damage scan(Source& source, const Scanning& how, const Visit& visit);

// As many as this machine can run at once.
unsigned usual_threads();

}  // namespace scsup::analysis

#include "analysis/read/reading.h"

#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "analysis/read/progress.h"
#include "base/printable.h"
#include "base/say.h"

namespace scsup::analysis {

Reading::Reading(const char* usage, const Arguments& arguments, std::vector<Option> own) {
  own.push_back({"json", nullptr, "as JSON, for programs"});
  std::vector<Option> all = own;
  all.insert(all.end(), Filter::options().begin(), Filter::options().end());
  options_.emplace(arguments, all);
  helped_ = options_->has("help");
  if (helped_)
    std::fputs(help(usage, all).c_str(), stdout);
  else
    filter_.emplace(*options_);
  for (const std::string& word : options_->rest())
    if (word.starts_with("--")) throw UsageError("options come before the logs, and '" + word + "' doesn't");
}

void Reading::each(Source& source, unsigned threads, const Visit& visit) {
  if (filter_->is_empty()) return all(source, threads, visit);
  all(source, threads, [&](unsigned worker, const Record& record, const Place& place) {
    if (filter_->passes(record)) visit(worker, record, place);
  });
}

void Reading::all(Source& source, unsigned threads, const Visit& visit) {
  Progress progress(source.total_bytes());
  const Scanning how{threads, progress.counter()};
  damage_.add(scan(source, how, visit));
}

int Reading::finish(const Source& source, const Damage& damage) const {
  std::fflush(stdout);
  for (const Damage::Line& line : damage.first)
    say_line(Severity::warning, printable(source.files()[line.place.file]) + ":" +
                                    std::to_string(line.place.line) + ": no record of scsup's (" + line.why +
                                    ")");
  if (damage.broken > damage.first.size())
    say(Severity::warning, std::to_string(damage.broken) + " lines are no records, " +
                               std::to_string(damage.first.size()) + " of them are named above");
  if (damage.unknown != 0) say(Severity::warning, damage.unknown_kinds());
  if (!damage.error.empty()) say(Severity::error, printable(damage.error));
  return damage.any() ? partly_read : 0;
}

Source open_logs(const std::vector<std::string>& names) {
  auto source = Source::open(names);
  if (!source) throw std::runtime_error(source.error().text());
  return std::move(*source);
}

}  // namespace scsup::analysis

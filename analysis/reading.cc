#include "analysis/reading.h"

#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "analysis/progress.h"
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

void Reading::all(Source& source, unsigned threads, const Visit& visit) {
  Progress progress(source.total_bytes());
  damage_.add(scan(source, Scanning{threads, progress.counter()}, visit));
}

void Reading::each(Source& source, unsigned threads, const Visit& visit) {
  if (filter_->is_empty()) return all(source, threads, visit);
  all(source, threads, [&](unsigned worker, const Record& record, const Place& place) {
    if (filter_->passes(record)) visit(worker, record, place);
  });
}

int Reading::finish(const Source& source) const {
  std::fflush(stdout);
  for (const Damage::Line& line : damage_.first)
    say_line(Severity::warning, printable(source.files()[line.place.file]) + ":" +
                                    std::to_string(line.place.line) + ": no record of scsup's (" + line.why +
                                    ")");
  if (damage_.broken > damage_.first.size())
    say(Severity::warning, std::to_string(damage_.broken) + " lines are no records, " +
                               std::to_string(damage_.first.size()) + " of them are named above");
  if (damage_.unknown != 0)
    say(Severity::notice,
        std::to_string(damage_.unknown) + " records are of kinds that this version doesn't know");
  if (!damage_.error.empty()) say(Severity::error, printable(damage_.error));
  return damage_.any() ? partly_read : 0;
}

Source open_logs(const std::vector<std::string>& names) {
  auto source = Source::open(names);
  if (!source) throw std::runtime_error(source.error().text());
  return std::move(*source);
}

}  // namespace scsup::analysis

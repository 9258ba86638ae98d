#include "analysis/explain/sought.h"

#include <charconv>

#include "base/printable.h"

namespace scsup::analysis {
namespace {

constexpr std::size_t most_runs = 8;  // the most that are named

std::int64_t number(const Arguments& words) {
  std::int64_t value = -1;
  if (!words.empty()) {
    const std::string& word = words.front();
    const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
    if (read.ec != std::errc() || read.ptr != word.data() + word.size()) value = -1;
  }
  if (value < 0)
    throw UsageError("the number of a record (SEQ) is expected first, as the first column of `show` has it");
  return value;
}

}  // namespace

std::vector<Option> seeking_options() { return {{"run", "ID", "of that run, where a log holds several"}}; }

Sought::Sought(Reading& reading)
    : reading_(reading),
      source_([&] {
        (void)number(reading.options().rest());  // a mistake in the command is reported before one in the log
        const Arguments& words = reading.options().rest();
        return open_logs({words.begin() + 1, words.end()});
      }()),
      seq_(number(reading.options().rest())) {
  const std::string run = reading.options().value("run").value_or("");
  reading.all(source_, 1, [&](unsigned, const Record& record, const Place&) {
    shelf_.add(record);
    if (record.seq != seq_ || (!run.empty() && record.run != run) || !reading.filter().passes(record)) return;
    if (record.type != Type::call && record.type != Type::task) {
      other_type_ = record.type_name;
      return;
    }
    ++found_;
    if (runs_.size() < most_runs) runs_.insert(std::string(record.run));
    line_ = record.line;
  });
}

const Record* Sought::record() {
  if (found_ > 1) {
    std::string runs;
    for (const std::string& one : runs_) runs += (runs.empty() ? "" : ", ") + printable(one);
    complain("there are " + std::to_string(found_) + " records " + std::to_string(seq_) +
             "; choose one with --run (" + runs + ")");
    return nullptr;
  }
  if (found_ == 0) {
    complain("no call " + std::to_string(seq_) + " is in the log" +
             (other_type_.empty() ? "" : ": that record is a `" + printable(other_type_) + "`"));
    return nullptr;
  }
  const std::size_t size = line_.size();
  line_.resize(size + LineReader::padding, '\0');
  const bool read = reader_.read(std::string_view(line_).substr(0, size), record_);
  line_.resize(size);
  return read ? &record_ : nullptr;
}

int Sought::finish(bool whole) const {
  const int status = reading_.finish(source_);
  return status == 0 && !whole ? partly_read : status;
}

}  // namespace scsup::analysis

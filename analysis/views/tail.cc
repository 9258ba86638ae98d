// scsup-audit tail: the last records, and new ones as they come.
#include <sys/stat.h>

#include <charconv>
#include <cstdio>
#include <deque>
#include <fstream>
#include <stdexcept>

#include "analysis/command.h"
#include "analysis/read/line_reader.h"
#include "analysis/read/log_files.h"
#include "analysis/read/reading.h"
#include "analysis/views/changes.h"
#include "analysis/views/growing_file.h"
#include "analysis/views/text.h"
#include "base/printable.h"
#include "base/say.h"
#include "cli/terminal.h"

namespace scsup::analysis {
namespace {

constexpr const char* tail_usage =
    "Usage: scsup-audit tail [OPTION...] [LOG...]\n"
    "\n"
    "The last calls of a log, as show has them. With -f also those that come, over rotations, until "
    "SIGINT.\n";

constexpr std::uint64_t first_look = 256u << 10;  // bytes from the end

std::size_t wanted(const Options& options) {
  const std::string text = options.value("lines").value_or("10");
  std::size_t n = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), n);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || n > 1'000'000)
    throw UsageError("-n takes a number up to 1000000, not '" + text + "'");
  return n;
}

template <class Value>
Value or_throw(Result<Value> result) {
  if (!result) throw std::runtime_error(result.error().text());
  if constexpr (!std::is_void_v<Value>) return std::move(*result);
}

// The shown form of a record, or nothing.
class Shown {
 public:
  explicit Shown(const Reading& reading)
      : reading_(reading),
        others_(reading.options().has("records")),
        colours_(has_colours() ? Colours::on : Colours::off) {}

  std::optional<std::string> of(const Record& record) const {
    if (record.type != Type::call && !others_) return std::nullopt;
    return reading_.json() ? json_line_of(record) : line_of(record, colours_);
  }

 private:
  const Reading& reading_;
  const bool others_;
  const Colours colours_;
};

class Last {
 public:
  explicit Last(std::size_t most) : most_(most) {}
  void add(std::string line) {
    lines_.push_back(std::move(line));
    if (lines_.size() > most_) lines_.pop_front();
  }
  bool is_full() const { return lines_.size() >= most_; }
  void clear() { lines_.clear(); }
  void print() const {
    for (const std::string& line : lines_) std::puts(line.c_str());
    std::fflush(stdout);
  }

 private:
  const std::size_t most_;
  std::deque<std::string> lines_;
};

// One plain file, read from its end.
class Tail {
 public:
  Tail(const Reading& reading, GrowingFile file)
      : reading_(reading), shown_(reading), file_(std::move(file)) {}

  void show_last(std::size_t most) {
    Last last(most);
    const std::uint64_t size = file_.size();
    for (std::uint64_t back = first_look;; back *= 16) {
      last.clear();
      broken_.clear();
      const std::uint64_t begin = size > back ? size - back : 0;
      or_throw(file_.start_at(begin));
      or_throw(file_.read([&](std::string_view line) {
        if (auto shown = show(line)) last.add(std::move(*shown));
      }));
      if (last.is_full() || begin == 0) break;
    }
    last.print();
    complain();
  }

  void follow(Changes changes) {
    const GrowingFile::Take print = [&](std::string_view line) {
      if (const auto shown = show(line)) std::puts(shown->c_str());
      complain();
    };
    do {
      or_throw(file_.read(print));
      const auto change = or_throw(file_.look(last_seq_, print));
      if (change == GrowingFile::Change::truncated)
        say(Severity::notice, "'" + printable(file_.path()) + "' was truncated; its beginning follows");
      if (change == GrowingFile::Change::replaced) or_throw(changes.again());
      if (change != GrowingFile::Change::none) or_throw(file_.read(print));
      std::fflush(stdout);
    } while (std::ferror(stdout) == 0 && or_throw(changes.wait()));
  }

  int status() const { return damaged_ ? partly_read : 0; }

 private:
  std::optional<std::string> show(std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return std::nullopt;
    if (!reader_.read(line, record_)) {
      broken_ = reader_.broken();
      return std::nullopt;
    }
    if (record_.seq > last_seq_) last_seq_ = record_.seq;
    return reading_.filter().passes(record_) ? shown_.of(record_) : std::nullopt;
  }
  void complain() {
    if (broken_.empty()) return;
    damaged_ = true;
    say_line(Severity::warning,
             printable(file_.path()) + ": a line is no record of scsup's (" + broken_ + ")");
    broken_.clear();
  }

  const Reading& reading_;
  const Shown shown_;
  GrowingFile file_;
  LineReader reader_;
  Record record_;
  std::int64_t last_seq_ = -1;
  std::string broken_;
  bool damaged_ = false;
};

// Files that can be read from their end.
bool is_plain(const std::string& name) {
  struct stat status;
  if (name == "-" || stat(name.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  char first = '\0';
  std::ifstream(name).get(first);
  return first != '\x28';  // zstd's magic number begins with it, and no record does
}

}  // namespace

int command_tail(const Arguments& arguments) {
  Reading reading(tail_usage, arguments,
                  {{"lines,n", "N", "so many of the last ones; 10 without it"},
                   {"follow,f", nullptr, "then those that come"},
                   {"records", nullptr, "also what is no call: run, attach, policy..."}});
  if (reading.helped()) return 0;
  const std::size_t most = wanted(reading.options());
  std::vector<std::string> logs = reading.options().rest();
  if (logs.empty()) logs.push_back(usual_log());

  if (reading.options().has("follow")) {
    if (logs.size() != 1 || logs[0] == "-") throw UsageError("-f follows one log");
    const std::string file = or_throw(live_file(logs[0]));
    Tail tail(reading, or_throw(GrowingFile::open(file)));
    Changes changes = or_throw(Changes::of(file));
    tail.show_last(most);
    tail.follow(std::move(changes));
    return tail.status();
  }
  if (logs.size() == 1 && is_plain(logs[0])) {
    Tail tail(reading, or_throw(GrowingFile::open(logs[0])));
    tail.show_last(most);
    return tail.status();
  }
  Source source = open_logs(logs);
  const Shown shown(reading);
  Last last(most);
  reading.each(source, 1, [&](unsigned, const Record& record, const Place&) {
    if (auto line = shown.of(record)) last.add(std::move(*line));
  });
  last.print();
  return reading.finish(source);
}

}  // namespace scsup::analysis

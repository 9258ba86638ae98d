// scsup-audit show: records, one line each, or whole.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>

#include "analysis/command.h"
#include "analysis/read/reading.h"
#include "analysis/views/text.h"
#include "cli/terminal.h"

namespace scsup::analysis {
namespace {

constexpr const char* show_usage =
    "Usage: scsup-audit show [OPTION...] [SEQ...] [LOG...]\n"
    "\n"
    "The calls of a log, a line each: number, time (UTC), decision, program[thread]@container, call, "
    "answer,\n"
    "rule. With numbers (SEQ) those calls whole. LOG as for summary.\n";

std::int64_t number(const std::string& word) {
  std::int64_t value = -1;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
  return read.ec == std::errc() && read.ptr == word.data() + word.size() ? value : -1;
}

}  // namespace

int command_show(const Arguments& arguments) {
  Reading reading(show_usage, arguments,
                  {{"run", "ID", "of that run only; numbers begin again with each"},
                   {"records", nullptr, "also what is no call: run, attach, policy..."}});
  if (reading.helped()) return 0;
  std::set<std::int64_t> wanted;
  std::vector<std::string> logs;
  for (const std::string& word : reading.options().rest()) {
    if (const std::int64_t seq = number(word); seq >= 0 && logs.empty())
      wanted.insert(seq);
    else
      logs.push_back(word);
  }
  const std::string run = reading.options().value("run").value_or("");
  const bool others = reading.options().has("records");
  const Colours colours = has_colours() ? Colours::on : Colours::off;

  Source source = open_logs(logs);
  std::size_t shown = 0;
  reading.each(source, 1, [&](unsigned, const Record& record, const Place&) {
    if (!run.empty() && record.run != run) return;
    if (!wanted.empty() ? record.type != Type::call || !wanted.contains(record.seq)
                        : record.type != Type::call && !others)
      return;
    ++shown;
    std::puts((reading.json()   ? json_line_of(record)
               : wanted.empty() ? line_of(record, colours)
                                : whole(record))
                  .c_str());
  });
  const int status = reading.finish(source);
  if (shown == 0 && status == 0) {
    complain("no such call is in the log");
    return partly_read;
  }
  return status;
}

}  // namespace scsup::analysis

// scsup-audit merge: one log made of several, ordered by time.
#include <unistd.h>

#include <cstdio>
#include <deque>
#include <queue>

#include "analysis/command.h"
#include "analysis/read/reading.h"
#include "analysis/views/stream.h"
#include "analysis/views/text.h"

namespace scsup::analysis {
namespace {

constexpr const char* merge_usage =
    "Usage: scsup-audit merge [OPTION...] LOG...\n"
    "\n"
    "The records of several logs in the order of their times, as they were written. A directory of segments "
    "is\n"
    "one log.\n";

constexpr std::size_t most_logs = 64;  // each has a block of some MB in memory

// The earliest first; for equal times, the log that was named first.
struct Later {
  const std::deque<Stream>& streams;
  bool operator()(std::size_t a, std::size_t b) const {
    const int order = streams[a].time().compare(streams[b].time());
    return order != 0 ? order > 0 : a > b;
  }
};

}  // namespace

int command_merge(const Arguments& arguments) {
  Reading reading(merge_usage, arguments, {});
  if (reading.helped()) return 0;
  const std::vector<std::string>& logs = reading.options().rest();
  if (logs.empty()) throw UsageError("merge takes logs");
  if (logs.size() > most_logs)
    throw UsageError("merge takes up to " + std::to_string(most_logs) + " logs at once");

  std::deque<Stream> streams;
  for (const std::string& log : logs) streams.emplace_back(log);
  std::priority_queue<std::size_t, std::vector<std::size_t>, Later> heads(Later{streams});
  const auto advance = [&](std::size_t at) {
    while (streams[at].next())
      if (reading.filter().passes(streams[at].record())) return heads.push(at);
  };
  for (std::size_t at = 0; at < streams.size(); ++at) advance(at);
  const bool is_seen = isatty(STDOUT_FILENO) != 0;
  while (!heads.empty()) {
    const std::size_t at = heads.top();
    heads.pop();
    const Record& record = streams[at].record();
    if (is_seen) {
      std::puts(json_line_of(record).c_str());
    } else {
      std::fwrite(record.line.data(), 1, record.line.size(), stdout);
      std::putchar('\n');
    }
    advance(at);
  }
  int status = 0;
  for (const Stream& stream : streams)
    if (reading.finish(stream.source(), stream.damage()) != 0) status = partly_read;
  return status;
}

}  // namespace scsup::analysis

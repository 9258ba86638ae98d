#include "supervisor/audit/store/recovery.h"

#include <algorithm>
#include <filesystem>

#include "supervisor/audit/json_line.h"
#include "supervisor/audit/store/journal.h"

namespace scsup {
namespace {

// Drops from `waiting` what the log has already: the owner died after appending it.
Result<void> drop_appended(Journal& journal, Journal::Waiting& waiting, LogFile& log) {
  const Journal::Intent intent = journal.intent();
  if (intent.end <= journal.taken_end()) return {};
  auto count = log.lines_of({journal.run(), intent.first_seq, waiting.lines.size()},
                            static_cast<off_t>(intent.offset));
  if (!count) return failed(count.error());
  if (const std::size_t done = std::min<std::size_t>(*count, waiting.lines.size()); done != 0) {
    journal.taken(waiting.ends[done - 1]);
    journal.waiting(waiting);
  }
  return {};
}

// After a loss of power parts of the journal may never have reached the disk.
bool is_sound(const LogLine& line) {
  return line.text.ends_with('\n') && line.split < line.text.size() &&
         is_whole(line.text.substr(0, line.text.size() - 1));
}

Result<std::uint64_t> recover(Journal& journal, LogFile& log) {
  Journal::Waiting waiting;
  journal.waiting(waiting);
  if (!waiting.lines.empty())
    if (auto dropped = drop_appended(journal, waiting, log); !dropped) return failed(dropped.error());
  std::vector<LogLine>& lines = waiting.lines;
  std::erase_if(lines, [](const LogLine& line) { return !is_sound(line); });
  if (!lines.empty()) {
    JsonLine members;
    members.word("of", journal.run()).number("restored", static_cast<std::int64_t>(lines.size()));
    members.word("cause", "a supervisor was killed");
    log.remark("recover", std::string(members.view()));
    const std::uint64_t end = waiting.ends.back();
    const Appended appended = log.append(lines, Sync::yes, [&](off_t offset, std::uint64_t first_seq) {
      journal.intend({end, static_cast<std::uint64_t>(offset), first_seq});
    });
    if (appended.error) return failed(*appended.error);
    journal.taken(end);
  }
  journal.remove();
  return lines.size();
}

}  // namespace

Result<std::uint64_t> recover_journals(LogFile& log) {
  const Segments& segments = log.segments();
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(segments.directory(), error))
    if (segments.is_journal(entry.path().filename())) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  std::uint64_t all = 0;
  for (const std::string& name : names) {
    const auto journal = Journal::inherit(segments.beside(name));
    if (!journal) continue;
    auto count = recover(*journal, log);
    if (!count) return count;
    all += *count;
  }
  return all;
}

}  // namespace scsup

#include "supervisor/audit/store/recovery.h"

#include <algorithm>
#include <filesystem>

#include "supervisor/audit/json_line.h"
#include "supervisor/audit/store/journal.h"

namespace scsup {
namespace {

// Marks what the log has already: the owner died after appending it. The mark holds whatever becomes of the intent,
// so whoever follows an heir that dies as well finds it.
Result<void> mark_appended(Journal& journal, const Journal::Waiting& waiting, LogFile& log) {
  const Journal::Intent intent = journal.intent();
  if (intent.end > journal.taken_end()) {
    const auto count = log.lines_of({journal.run(), intent.first_seq, waiting.lines.size()},
                                    static_cast<off_t>(intent.offset));
    if (!count) return failed(count.error());
    for (std::size_t i = 0; i < waiting.lines.size() && waiting.ends[i] <= intent.end; ++i) {
      const std::size_t place =
          waiting.places[i] == Journal::in_order ? i + 1 : std::size_t{waiting.places[i]};
      if (place <= *count) journal.set_place(waiting.lines[i], Journal::in_the_log);
    }
  }
  journal.intend({});
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
    if (auto marked = mark_appended(journal, waiting, log); !marked) return failed(marked.error());
  journal.waiting(waiting);
  std::vector<LogLine> lines;
  for (std::size_t i = 0; i < waiting.lines.size(); ++i) {
    std::uint16_t& place = waiting.places[i];
    if (place == Journal::in_the_log) continue;
    const bool is_left = is_sound(waiting.lines[i]);
    if (is_left) lines.push_back(waiting.lines[i]);
    place = is_left ? static_cast<std::uint16_t>(lines.size()) : Journal::in_the_log;
  }
  if (!lines.empty()) {
    JsonLine members;
    members.word("of", journal.run()).number("restored", static_cast<std::int64_t>(lines.size()));
    members.word("cause", "a supervisor was killed");
    log.remark("recover", std::string(members.view()));
    const std::uint64_t end = waiting.ends.back();
    const Appended appended = log.append(lines, Sync::yes, [&](off_t offset, std::uint64_t first_seq) {
      journal.intend({end, static_cast<std::uint64_t>(offset), first_seq}, waiting);
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

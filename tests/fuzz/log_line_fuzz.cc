// Any bytes as a line of a log: read or refused with a reason, and its shown form can't drive a terminal. The fast
// reader accepts nothing that the parser reads otherwise.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "analysis/count/groups.h"
#include "analysis/count/lineage.h"
#include "analysis/count/time_grid.h"
#include "analysis/export/csv.h"
#include "analysis/export/event.h"
#include "analysis/read/instant.h"
#include "analysis/read/line_reader.h"
#include "analysis/read/written_line.h"
#include "analysis/views/decisions.h"
#include "analysis/views/text.h"
#include "tests/unit/same_record.h"

namespace {

void require(bool holds, const std::string& what) {
  if (holds) return;
  std::cerr << what << '\n';
  std::abort();
}

void require_printable(const std::string& text) {
  for (const char c : text)
    require((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\n', "unfit: " + text);
}

// Everything that is exported or drawn.
void use(const scsup::analysis::Record& record) {
  using namespace scsup::analysis;
  static Events ocsf(Target::ocsf), ecs(Target::ecs);
  for (Events* const events : {&ocsf, &ecs})
    if (const auto event = events->of(record)) require_printable(*event);
  const std::string row = csv_row(record);
  require(row.ends_with("\r\n"), "no row: " + row);
  require_printable(row.substr(0, row.size() - 2));
  require(row.find("\r\n") == row.size() - 2, "two rows: " + row);

  Processes processes;
  processes.add(record);
  require(Lineage(processes).members.size() <= 1, "two processes of one record");
  static Decisions decisions;
  decisions.add(Decisions::Log::after, record);
  static TimeGrid times(2048, 256);
  if (const auto time = microseconds_of(record.time)) {
    times.add(record.syscall, *time, record.is_denied(), record.calls());
    require(microseconds_of(time_of(*time)) == time, "another time: " + std::string(record.time));
    require(times.columns() <= 2048, "too many columns");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace scsup::analysis;
  static LineReader reader;
  std::string text(reinterpret_cast<const char*>(bytes), size);
  text.resize(size + LineReader::padding, '\0');
  Record record, quick;
  static WrittenLine call;
  const bool is_quick = call.read(text.data(), text.data() + size, quick) == text.data() + size;
  if (is_quick) {
    require(reader.parse(std::string_view(text).substr(0, size), record), "taken, and no JSON: " + text);
    require(difference(quick, record).empty(), "read otherwise: " + difference(quick, record));
  }
  if (!reader.read(std::string_view(text).substr(0, size), record)) {
    require(!reader.broken().empty(), "no reason");
    return 0;
  }
  const std::string line = line_of(record, Colours::off);
  require_printable(line);
  require(line.find('\n') == std::string::npos, "two lines: " + line);
  require_printable(whole(record));
  require_printable(json_line_of(record));
  use(record);
  Groups groups(By::path);
  groups.add(record);
  require(groups.rows().size() == 1 && groups.total().calls == record.calls(), "not counted");
  return 0;
}

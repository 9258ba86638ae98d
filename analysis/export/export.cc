// scsup-audit export: converts a log for other programs.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/command.h"
#include "analysis/export/csv.h"
#include "analysis/export/database.h"
#include "analysis/export/event.h"
#include "analysis/read/reading.h"

namespace scsup::analysis {
namespace {

constexpr const char* export_usage =
    "Usage: scsup-audit export --to ocsf|ecs|csv [OPTION...] [LOG...]\n"
    "       scsup-audit export --to sqlite --output FILE [OPTION...] [LOG...]\n"
    "\n"
    "Calls for other programs: events of OCSF or ECS as JSON lines, a table as csv, a new SQLite database.\n";

void put_out(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void events(Reading& reading, Source& source, Target target) {
  Events made(target);
  // The filter is for calls; `run` records are needed whatever it selects.
  reading.all(source, 1, [&](unsigned, const Record& record, const Place&) {
    if (record.type == Type::call && !reading.filter().passes(record)) return;
    if (const auto event = made.of(record)) put_out(*event + "\n");
  });
}

void table(Reading& reading, Source& source) {
  if (reading.json()) throw UsageError("--json goes with ocsf, ecs and sqlite, not with csv");
  put_out(csv_header());
  reading.each(source, 1, [&](unsigned, const Record& record, const Place&) {
    if (record.type == Type::call) put_out(csv_row(record));
  });
}

void database(Reading& reading, Source& source, const std::string& file) {
  auto made = Database::create(file);
  if (!made) throw std::runtime_error(made.error().text());
  std::uint64_t calls = 0, records = 0;
  Result<void> good;
  reading.each(source, 1, [&](unsigned, const Record& record, const Place&) {
    if (!good) return;
    good = made->add(record);
    ++records;
    if (record.type == Type::call) calls += record.calls();
  });
  if (good) good = made->finish();
  if (!good) throw std::runtime_error(good.error().text());
  if (reading.json())
    std::puts(nlohmann::json({{"calls", calls}, {"records", records}}).dump().c_str());
  else
    std::printf("%llu records, %llu of them calls\n", static_cast<unsigned long long>(records),
                static_cast<unsigned long long>(calls));
}

}  // namespace

int command_export(const Arguments& arguments) {
  Reading reading(
      export_usage, arguments,
      {{"to", "WHAT", "ocsf, ecs, csv or sqlite"}, {"output", "FILE", "the new database (sqlite)"}});
  if (reading.helped()) return 0;
  const std::string to = reading.options().value("to").value_or("");
  if (to != "ocsf" && to != "ecs" && to != "csv" && to != "sqlite")
    throw UsageError("export needs --to ocsf, ecs, csv or sqlite");
  const auto file = reading.options().value("output");
  if (to == "sqlite" && !file) throw UsageError("--to sqlite needs --output FILE");
  if (to != "sqlite" && file)
    throw UsageError("--output goes with --to sqlite; all else is written to standard output");

  Source source = open_logs(reading.options().rest());
  if (to == "csv")
    table(reading, source);
  else if (to == "sqlite")
    database(reading, source, *file);
  else
    events(reading, source, to == "ocsf" ? Target::ocsf : Target::ecs);
  return reading.finish(source);
}

}  // namespace scsup::analysis

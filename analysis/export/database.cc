#include "analysis/export/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "analysis/export/columns.h"
#include "analysis/views/text.h"
#include "base/fd.h"

namespace scsup::analysis {
namespace {

std::string tables() {
  std::string calls, marks;
  for (const CallColumn& column : call_columns())
    calls +=
        (calls.empty() ? "" : ", ") + std::string(column.name) + (column.is_number ? " INTEGER" : " TEXT");
  return "PRAGMA synchronous = OFF; BEGIN; CREATE TABLE calls (" + calls +
         "); CREATE TABLE records (run TEXT, seq INTEGER, type TEXT, time TEXT, line TEXT);";
}

std::string insert(const std::string& table, std::size_t columns) {
  std::string text = "INSERT INTO " + table + " VALUES (";
  for (std::size_t i = 0; i < columns; ++i) text += i == 0 ? "?" : ",?";
  return text + ")";
}

}  // namespace

struct Database::Open {
  std::string file;
  sqlite3* database = nullptr;
  sqlite3_stmt *call = nullptr, *record = nullptr;
  bool finished = false;

  ~Open() {
    sqlite3_finalize(call);
    sqlite3_finalize(record);
    sqlite3_close(database);
    if (!finished) {
      unlink(file.c_str());
      unlink((file + "-journal").c_str());
    }
  }
  tl::unexpected<Error> error(const char* doing) const {
    return failed(0, std::string("cannot ") + doing + " '" + file +
                         "': " + (database ? sqlite3_errmsg(database) : "no memory"));
  }
  Result<void> run(const std::string& sql) {
    if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return error("write");
    return {};
  }
  Result<void> prepare(const std::string& sql, sqlite3_stmt*& to) {
    if (sqlite3_prepare_v2(database, sql.c_str(), -1, &to, nullptr) != SQLITE_OK) return error("write");
    return {};
  }

  static int bind(sqlite3_stmt* to, int at, const Cell& cell) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return sqlite3_bind_int64(to, at, *number);
    if (std::holds_alternative<std::monostate>(cell)) return sqlite3_bind_null(to, at);
    const auto* view = std::get_if<std::string_view>(&cell);
    const std::string_view text = view ? *view : std::string_view(std::get<std::string>(cell));
    return sqlite3_bind_text64(to, at, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  Result<void> step(sqlite3_stmt* statement) {
    const bool done = sqlite3_step(statement) == SQLITE_DONE;
    if (sqlite3_reset(statement) != SQLITE_OK || !done) return error("write");
    return {};
  }
};

Database::Database(std::unique_ptr<Open> open) : open_(std::move(open)) {}
Database::Database(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::create(const std::string& file) {
  // SQLite itself would open an existing file.
  if (Fd made(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)); !made)
    return failed("cannot create '" + file + "'");
  auto opened = std::make_unique<Open>();
  opened->file = file;
  // "./": names like "file:x" or ":memory:" are taken as file names.
  const std::string name = file.starts_with('/') ? file : "./" + file;
  if (sqlite3_open_v2(name.c_str(), &opened->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                      nullptr) != SQLITE_OK)
    return opened->error("open");
  auto good = opened->run(tables());
  if (good) good = opened->prepare(insert("calls", call_columns().size()), opened->call);
  if (good) good = opened->prepare(insert("records", 5), opened->record);
  if (!good) return failed(good.error());
  return Database(std::move(opened));
}

Result<void> Database::add(const Record& record) {
  const auto number = [](std::int64_t value) { return value < 0 ? Cell() : Cell(value); };
  const Cell cells[] = {record.run, number(record.seq), record.type_name, record.time, json_line_of(record)};
  for (int i = 0; i < 5; ++i)
    if (Open::bind(open_->record, i + 1, cells[i]) != SQLITE_OK) return open_->error("write");
  if (auto done = open_->step(open_->record); !done) return done;
  if (record.type != Type::call) return {};
  int at = 0;
  for (const CallColumn& column : call_columns())
    if (Open::bind(open_->call, ++at, column.of(record)) != SQLITE_OK) return open_->error("write");
  return open_->step(open_->call);
}

Result<void> Database::finish() {
  auto done = open_->run("COMMIT");
  open_->finished = done.has_value();
  return done;
}

}  // namespace scsup::analysis

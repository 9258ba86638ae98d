#include "analysis/line_reader.h"

#include <simdjson.h>

#include <cstring>
#include <utility>

namespace scsup::analysis {
namespace {

namespace sj = simdjson::ondemand;
using simdjson::SUCCESS;

static_assert(LineReader::padding >= simdjson::SIMDJSON_PADDING);

constexpr std::pair<std::string_view, Type> types[] = {
    {"call", Type::call},     {"task", Type::task},       {"run", Type::run},     {"policy", Type::policy},
    {"attach", Type::attach}, {"detach", Type::detach},   {"amend", Type::amend}, {"gap", Type::gap},
    {"seal", Type::seal},     {"recover", Type::recover}, {"stats", Type::stats}, {"end", Type::end}};

Type type_of(std::string_view name) {
  for (const auto& [word, type] : types)
    if (word == name) return type;
  return Type::other;
}

// Members of the wrong type leave what was there; a broken document is an error of the whole.
class Members {
 public:
  template <class Each>
  void each(sj::value object, Each&& take) {
    sj::object members;
    if (!type_is(object, sj::json_type::object) || failed(object.get_object().get(members))) return;
    walk(members, take);
  }
  template <class Each>
  void walk(sj::object members, Each&& take) {
    for (auto member : members) {
      sj::field field;
      if (failed(std::move(member).get(field))) return;
      // As it is written, up to its quote: a name of ours has nothing to escape.
      const char* const raw = field.key().raw();
      take(std::string_view(raw, static_cast<std::size_t>(std::strchr(raw, '"') - raw)), field.value());
      if (error_ != SUCCESS) return;
    }
  }
  void text(sj::value value, std::string_view& to) {
    if (type_is(value, sj::json_type::string)) (void)failed(value.get_string().get(to));
  }
  void number(sj::value value, std::int64_t& to) {
    std::int64_t read = 0;
    if (type_is(value, sj::json_type::number) && value.get_int64().get(read) == SUCCESS) to = read;
  }
  void boolean(sj::value value, bool& to) {
    if (type_is(value, sj::json_type::boolean)) (void)failed(value.get_bool().get(to));
  }
  void list(sj::value value, Record& record) {
    sj::array items;
    if (!type_is(value, sj::json_type::array) || failed(value.get_array().get(items))) return;
    for (auto item : items) {
      sj::value one;
      if (failed(std::move(item).get(one))) return;
      if (record.arg_count < record.args.size()) text(one, record.args[record.arg_count++]);
    }
  }
  simdjson::error_code error() const { return error_; }

 private:
  bool failed(simdjson::error_code error) {
    if (error != SUCCESS && error_ == SUCCESS) error_ = error;
    return error != SUCCESS;
  }
  bool type_is(sj::value& value, sj::json_type wanted) {
    sj::json_type type{};
    return !failed(value.type().get(type)) && type == wanted;
  }
  simdjson::error_code error_ = SUCCESS;
};

class Taker {
 public:
  explicit Taker(Record& record) : record_(record) {}

  void all(sj::object object) {
    members_.walk(object, [this](std::string_view key, sj::value value) { top(key, value); });
  }
  simdjson::error_code error() const { return members_.error(); }

 private:
  void top(std::string_view key, sj::value value) {
    Record& r = record_;
    if (key == "type") return members_.text(value, r.type_name);
    if (key == "run") return members_.text(value, r.run);
    if (key == "seq") return members_.number(value, r.seq);
    if (key == "time") return members_.text(value, r.time);
    if (key == "id") return members_.text(value, r.id);
    if (key == "session") return members_.number(value, r.session);
    if (key == "act") return members_.text(value, r.act);
    if (key == "how") return members_.text(value, r.how);
    if (key == "errno") return members_.text(value, r.err);
    if (key == "ret") return members_.number(value, r.ret);
    if (key == "out") return members_.text(value, r.out);
    if (key == "dec_ns") return members_.number(value, r.dec_ns);
    if (key == "lost") return members_.number(value, r.lost);
    if (key == "cause") return members_.text(value, r.cause);
    if (key == "version") return members_.text(value, r.version);
    if (key == "command") return members_.text(value, r.command);
    if (key == "proc") return members_.each(value, [this](auto k, auto v) { proc(k, v); });
    if (key == "sys") return members_.each(value, [this](auto k, auto v) { sys(k, v); });
    if (key == "obj") return members_.each(value, [this](auto k, auto v) { obj(k, v); });
    if (key == "rule") return members_.each(value, [this](auto k, auto v) { rule(k, v); });
    if (key == "policy") return members_.each(value, [this](auto k, auto v) { policy(k, v); });
    if (key == "container") return members_.each(value, [this](auto k, auto v) { container(k, v); });
  }
  void proc(std::string_view key, sj::value value) {
    Record& r = record_;
    if (key == "tid") return members_.number(value, r.tid);
    if (key == "pid") return members_.number(value, r.pid);
    if (key == "ppid") return members_.number(value, r.ppid);
    if (key == "comm") return members_.text(value, r.comm);
    if (key == "exe") return members_.text(value, r.exe);
    if (key == "cwd") return members_.text(value, r.cwd);
    if (key == "uid") return members_.number(value, r.uid);
    if (key == "gid") return members_.number(value, r.gid);
  }
  void sys(std::string_view key, sj::value value) {
    Record& r = record_;
    if (key == "arch") return members_.text(value, r.arch);
    if (key == "nr") return members_.number(value, r.nr);
    if (key == "name") return members_.text(value, r.syscall);
    if (key == "args") return members_.list(value, r);
  }
  void obj(std::string_view key, sj::value value) {
    Record& r = record_;
    if (key == "path") return members_.text(value, r.path);
    if (key == "resolved") return members_.text(value, r.resolved);
    if (key == "mode") return members_.text(value, r.mode);
    if (key == "flags") return members_.text(value, r.flags);
  }
  void rule(std::string_view key, sj::value value) {
    if (key == "id") return members_.text(value, record_.rule);
    if (key == "at") return members_.text(value, record_.rule_at);
    if (key == "default") return members_.boolean(value, record_.by_default);
  }
  void policy(std::string_view key, sj::value value) {
    if (key == "sha") return members_.text(value, record_.policy_sha);
    if (key == "gen") return members_.number(value, record_.generation);
    if (key == "file") return members_.text(value, record_.file);
    if (key == "text") return members_.text(value, record_.text);
  }
  void container(std::string_view key, sj::value value) {
    if (key == "id") return members_.text(value, record_.container_id);
    if (key == "name") return members_.text(value, record_.container_name);
    if (key == "image") return members_.text(value, record_.image);
  }

  Record& record_;
  Members members_;
};

}  // namespace

struct LineReader::Parser {
  sj::parser parser;
};

LineReader::LineReader() : parser_(std::make_unique<Parser>()) {}
LineReader::~LineReader() = default;

bool LineReader::read(std::string_view line, Record& record) {
  record = Record();
  record.line = line;
  sj::document document;
  sj::object object;
  auto error = parser_->parser.iterate(line.data(), line.size(), line.size() + padding).get(document);
  if (error == SUCCESS) error = document.get_object().get(object);
  Taker taker(record);
  if (error == SUCCESS) {
    taker.all(object);
    error = taker.error();
  }
  if (error == SUCCESS && !document.at_end()) error = simdjson::TRAILING_CONTENT;
  if (error != SUCCESS) {
    broken_ = simdjson::error_message(error);
    return false;
  }
  record.type = type_of(record.type_name);
  return true;
}

}  // namespace scsup::analysis

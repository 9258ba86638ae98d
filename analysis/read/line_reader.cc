#include "analysis/read/line_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "analysis/read/written_line.h"

namespace scsup::analysis {
namespace {

namespace dom = simdjson::dom;

static_assert(LineReader::padding >= simdjson::SIMDJSON_PADDING);

constexpr std::pair<std::string_view, Type> types[] = {
    {"call", Type::call},     {"task", Type::task},     {"run", Type::run},         {"policy", Type::policy},
    {"attach", Type::attach}, {"detach", Type::detach}, {"death", Type::death},     {"amend", Type::amend},
    {"gap", Type::gap},       {"seal", Type::seal},     {"recover", Type::recover}, {"stats", Type::stats},
    {"end", Type::end}};

Type type_of(std::string_view name) {
  for (const auto& [word, type] : types)
    if (word == name) return type;
  return Type::other;
}

// A value of another type leaves what was there.
template <class Value>
void take(const dom::element& from, Value& to) {
  if (from.get(to) != simdjson::SUCCESS) return;
}

template <class Each>
void members(const dom::element& element, Each&& each) {
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return;
  for (const auto& [key, value] : object) each(key, value);
}

void take_proc(const dom::element& from, Record& r) {
  members(from, [&](std::string_view key, const dom::element& value) {
    if (key == "tid") return take(value, r.tid);
    if (key == "pid") return take(value, r.pid);
    if (key == "ppid") return take(value, r.ppid);
    if (key == "start") return take(value, r.start);
    if (key == "comm") return take(value, r.comm);
    if (key == "exe") return take(value, r.exe);
    if (key == "cwd") return take(value, r.cwd);
    if (key == "uid") return take(value, r.uid);
    if (key == "gid") return take(value, r.gid);
  });
}

void take_args(const dom::element& from, Record& r) {
  dom::array items;
  if (from.get(items) != simdjson::SUCCESS) return;
  for (const dom::element& item : items)
    if (r.arg_count < r.args.size()) take(item, r.args[r.arg_count++]);
}

void take_sys(const dom::element& from, Record& r) {
  members(from, [&](std::string_view key, const dom::element& value) {
    if (key == "arch") return take(value, r.arch);
    if (key == "nr") return take(value, r.nr);
    if (key == "name") return take(value, r.syscall);
    if (key == "args") return take_args(value, r);
  });
}

void take_obj(const dom::element& from, Record& r) {
  members(from, [&](std::string_view key, const dom::element& value) {
    if (key == "path") return take(value, r.path);
    if (key == "resolved") return take(value, r.resolved);
    if (key == "path_b64") return take(value, r.path_b64);
    if (key == "resolved_b64") return take(value, r.resolved_b64);
    if (key == "mode") return take(value, r.mode);
    if (key == "flags") return take(value, r.flags);
    if (key == "dirfd") r.from_dirfd = true;
  });
}

void take_rule(const dom::element& from, Record& r) {
  members(from, [&](std::string_view key, const dom::element& value) {
    if (key == "id") return take(value, r.rule);
    if (key == "at") return take(value, r.rule_at);
    if (key == "default") return take(value, r.by_default);
  });
}

void take_policy(const dom::element& from, Record& r) {
  members(from, [&](std::string_view key, const dom::element& value) {
    if (key == "sha") return take(value, r.policy_sha);
    if (key == "gen") return take(value, r.generation);
    if (key == "file") return take(value, r.file);
    if (key == "text") return take(value, r.text);
    if (key == "name") return take(value, r.policy_name);
  });
}

void take_environment(const dom::element& from, Record& r) {
  members(from, [&](std::string_view key, const dom::element& value) {
    if (key == "caps") return take(value, r.caps);
    if (key == "home") return take(value, r.home);
    if (key == "directory") return take(value, r.directory);
  });
}

void take_container(const dom::element& from, Record& r) {
  members(from, [&](std::string_view key, const dom::element& value) {
    if (key == "id") return take(value, r.container_id);
    if (key == "name") return take(value, r.container_name);
    if (key == "image") return take(value, r.image);
  });
}

// What is no number of calls can't be taken as not there: a thousand calls would be shown as one.
void take_count(const dom::element& from, Record& r) {
  if (from.get(r.count) != simdjson::SUCCESS || r.count > Record::most_alike) r.count = 0;
}

void take_member(std::string_view key, const dom::element& value, Record& r) {
  if (key == "type") return take(value, r.type_name);
  if (key == "run") return take(value, r.run);
  if (key == "seq") return take(value, r.seq);
  if (key == "time") return take(value, r.time);
  if (key == "id") return take(value, r.id);
  if (key == "session") return take(value, r.session);
  if (key == "proc") return take_proc(value, r);
  if (key == "sys") return take_sys(value, r);
  if (key == "obj") return take_obj(value, r);
  if (key == "act") return take(value, r.act);
  if (key == "how") return take(value, r.how);
  if (key == "errno") return take(value, r.err);
  if (key == "ret") return take(value, r.ret);
  if (key == "rule") return take_rule(value, r);
  if (key == "policy") return take_policy(value, r);
  if (key == "out") return take(value, r.out);
  if (key == "dec_ns") return take(value, r.dec_ns);
  if (key == "count") return take_count(value, r);
  if (key == "last_time") return take(value, r.last_time);
  if (key == "dec_ns_sum") return take(value, r.dec_ns_sum);
  if (key == "dec_ns_max") return take(value, r.dec_ns_max);
  if (key == "container") return take_container(value, r);
  if (key == "lost") return take(value, r.lost);
  if (key == "cause") return take(value, r.cause);
  if (key == "version") return take(value, r.version);
  if (key == "command") return take(value, r.command);
  if (key == "kernel") return take(value, r.kernel);
  if (key == "environment") return take_environment(value, r);
}

}  // namespace

struct LineReader::Parser {
  dom::parser parser;
  WrittenLine quick;
};

LineReader::LineReader() : parser_(std::make_unique<Parser>()) {}
LineReader::~LineReader() = default;

bool LineReader::read(std::string_view line, Record& record) {
  record = Record();
  return parser_->quick.read(line.data(), line.data() + line.size(), record) == line.data() + line.size() ||
         parse(line, record);
}

bool LineReader::parse(std::string_view line, Record& record) {
  record = Record();
  record.line = line;
  dom::element document;
  dom::object object;
  auto error = parser_->parser.parse(line.data(), line.size(), false).get(document);
  if (error == simdjson::SUCCESS) error = document.get(object);
  if (error != simdjson::SUCCESS) {
    broken_ = simdjson::error_message(error);
    return false;
  }
  for (const auto& [key, value] : object) take_member(key, value, record);
  record.type = type_of(record.type_name);
  if (record.type != Type::call) record.count = 1;
  if (record.count >= 1) return true;
  broken_ = "its \"count\" is no number of calls";
  return false;
}

LineReader::Line LineReader::next(std::string_view& text, Record& record) {
  std::construct_at(&record);  // assigning would copy 700 bytes
  const char* const last = text.data() + text.size();
  const char* end = parser_->quick.read(text.data(), last, record);
  const bool is_read = end && (end == last || *end == '\n');
  if (!is_read) {
    end = static_cast<const char*>(std::memchr(text.data(), '\n', text.size()));
    if (!end) end = last;
  }
  const std::string_view line(text.data(), static_cast<std::size_t>(end - text.data()));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  if (is_read) return Line::record;
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return Line::blank;
  return parse(line, record) ? Line::record : Line::broken;
}

}  // namespace scsup::analysis

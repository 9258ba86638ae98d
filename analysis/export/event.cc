#include "analysis/export/event.h"

#include "analysis/read/instant.h"

namespace scsup::analysis {
namespace {

using Json = nlohmann::ordered_json;

struct Mapping {
  Target target;
  Type type;
  const char* member;  // "/proc/pid"; "": the record itself
  const char* to;      // "actor.process.pid"
  Way way;
  const char* value;  // JSON: a table of words, or a constant
};

constexpr Mapping mappings[] = {
#include <scsup_export_mapping.inc>  // made by mapping.py
};

std::vector<std::string> split(std::string_view path, char between) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t end = path.find(between);
    if (end != 0) parts.emplace_back(path.substr(0, end));
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  }
  return parts;
}

const Json* find(const Json& record, const std::vector<std::string>& path) {
  const Json* at = &record;
  for (const std::string& name : path) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(name);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

// null: the member has no destination.
Json converted(const Json& from, Way way, const Json& value) {
  switch (way) {
    case Way::copy:
      return from;
    case Way::text:
      return from.is_number_integer() ? Json(from.dump()) : Json();
    case Way::epoch_ms: {
      const auto time = from.is_string() ? microseconds_of(from.get_ref<const std::string&>()) : std::nullopt;
      return time ? Json(*time / 1000) : Json();
    }
    case Way::milliseconds:
      return from.is_number_integer() ? Json(from.get<std::int64_t>() / 1'000'000) : Json();
    case Way::words: {
      const auto found = from.is_string() ? value.find(from.get_ref<const std::string&>()) : value.end();
      return found == value.end() ? Json() : *found;
    }
    case Way::constant:
      return value;
  }
  return {};
}

}  // namespace

Events::Events(Target target) : unknown_run_(Json::object()) {
  for (const Mapping& mapping : mappings) {
    if (mapping.target != target) continue;
    Row row{mapping.type, split(mapping.member, '/'), split(mapping.to, '.'), mapping.way, {}};
    if (*mapping.value) row.value = Json::parse(mapping.value);
    rows_.push_back(std::move(row));
  }
  for (const Row& row : rows_)
    if (row.member.empty()) {
      Json* to = &unknown_run_;
      for (const std::string& name : row.to) to = &(*to)[name];
      *to = row.value;
    }
}

void Events::put(Type type, const Json& record, Json& event) const {
  for (const Row& row : rows_) {
    if (row.type != type || row.member.empty()) continue;
    const Json* const from = find(record, row.member);
    if (!from) continue;
    Json value = converted(*from, row.way, row.value);
    if (value.is_null()) continue;
    Json* to = &event;
    for (const std::string& name : row.to) to = &(*to)[name];
    *to = std::move(value);
  }
}

const Json& Events::beginning(const std::string& run) const {
  const auto found = runs_.find(run);
  return found == runs_.end() ? unknown_run_ : found->second;
}

std::optional<std::string> Events::of(const Record& record) {
  if (record.type != Type::call && record.type != Type::run) return std::nullopt;
  const Json read = Json::parse(record.line, nullptr, false);
  if (!read.is_object()) return std::nullopt;
  const std::string run(record.run);
  if (record.type == Type::run) {
    if (!runs_.contains(run)) order_.push_back(run);
    Json& event = runs_[run] = unknown_run_;
    put(Type::run, read, event);
    if (order_.size() > most_runs) {
      runs_.erase(order_.front());
      order_.pop_front();
    }
    return std::nullopt;
  }
  Json event = beginning(run);
  put(Type::call, read, event);
  return event.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace scsup::analysis

// A call as an event of another schema: OCSF 1.6 (https://schema.ocsf.io, class 1003 Kernel Activity) or ECS 8
// (https://www.elastic.co/guide/en/ecs). Only docs/audit.schema.json says which member goes where.
#pragma once

#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/read/record.h"

namespace scsup::analysis {

enum class Target : std::uint8_t { ocsf, ecs };
// How a value is converted: not at all; a number as text; RFC 3339 to ms after 1970; ns to ms; by a table of words;
// or a constant whenever the member is present.
enum class Way : std::uint8_t { copy, text, epoch_ms, milliseconds, words, constant };

class Events {
 public:
  explicit Events(Target target);

  // The event for a call, as JSON on one line of ASCII; nothing for another record. What a `run` record says of the
  // machine goes into each event of that run, so records must come in order.
  std::optional<std::string> of(const Record& record);

  // For at most so many runs at once, the latest ones, so that memory has a bound.
  static constexpr std::size_t most_runs = 1024;

 private:
  using Json = nlohmann::ordered_json;
  using Path = std::vector<std::string>;
  struct Row {
    Type type;
    Path member, to;
    Way way;
    Json value;
  };
  void put(Type type, const Json& record, Json& event) const;
  const Json& beginning(const std::string& run) const;

  std::vector<Row> rows_;
  Json unknown_run_;  // part of each event
  std::map<std::string, Json, std::less<>> runs_;
  std::deque<std::string> order_;  // the keys of runs_, oldest first
};

}  // namespace scsup::analysis

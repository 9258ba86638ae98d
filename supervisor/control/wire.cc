#include "supervisor/control/wire.h"

#include <limits>

namespace scsup::control {

namespace {

constexpr std::int64_t ns_per_us = 1000;

template <class T>
void take(const Json& json, const char* key, T& into) {
  const auto value = json.find(key);
  if (value == json.end()) return;
  if constexpr (std::is_same_v<T, bool>) {
    if (value->is_boolean()) into = value->template get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    if (!value->is_number_integer()) return;
    if (value->is_number_unsigned()) {
      const auto number = value->template get<std::uint64_t>();
      if (number <= static_cast<std::uint64_t>(std::numeric_limits<T>::max())) into = static_cast<T>(number);
    } else if constexpr (std::is_signed_v<T>) {
      const auto number = value->template get<std::int64_t>();
      if (number >= std::numeric_limits<T>::min()) into = static_cast<T>(number);
    }
  } else {
    if (value->is_string()) into = value->template get<std::string>();
  }
}

std::vector<std::string> words(const Json& json, const char* key) {
  std::vector<std::string> list;
  const auto value = json.find(key);
  if (value == json.end() || !value->is_array()) return list;
  for (const Json& item : *value)
    if (item.is_string()) list.push_back(item.get<std::string>());
  return list;
}

Json to_wire(const Counts& counts) {
  return {{"allowed", counts.allowed},
          {"denied", counts.denied},
          {"emulated", counts.emulated},
          {"watched", counts.watched}};
}

void from_wire(const Json& json, Counts& counts) {
  take(json, "allowed", counts.allowed);
  take(json, "denied", counts.denied);
  take(json, "emulated", counts.emulated);
  take(json, "watched", counts.watched);
}

Json to_wire(const Generation& generation) {
  return {{"number", generation.number},
          {"policy", generation.policy},
          {"file", generation.file},
          {"sha", generation.sha},
          {"counts", to_wire(generation.counts)}};
}

void from_wire(const Json& json, Generation& generation) {
  take(json, "number", generation.number);
  take(json, "policy", generation.policy);
  take(json, "file", generation.file);
  take(json, "sha", generation.sha);
  if (const auto counts = json.find("counts"); counts != json.end() && counts->is_object())
    from_wire(*counts, generation.counts);
}

Json to_wire(const Changed& changed) {
  return {{"session", changed.session},
          {"generation", changed.generation},
          {"needs_restart", changed.needs_restart}};
}

void from_wire(const Json& json, Changed& changed) {
  take(json, "session", changed.session);
  take(json, "generation", changed.generation);
  changed.needs_restart = words(json, "needs_restart");
}

}  // namespace

Json to_wire(const SessionState& session) {
  Json generations = Json::array();
  for (const Generation& generation : session.generations) generations.push_back(to_wire(generation));
  return {{"number", session.number},
          {"command", session.command},
          {"container", session.container},
          {"pid", session.pid},
          {"generations", std::move(generations)},
          {"received", session.received},
          {"answered", session.answered},
          {"pending", session.pending},
          {"p50_ns", session.p50_ns},
          {"p99_ns", session.p99_ns},
          {"since_us", session.since_unix_ns / ns_per_us},
          {"listeners", session.listeners},
          {"remark", session.remark}};
}

void from_wire(const Json& json, SessionState& session) {
  take(json, "number", session.number);
  take(json, "command", session.command);
  if (const auto container = json.find("container"); container != json.end() && container->is_object())
    for (const auto& [key, value] : container->items())
      if (value.is_string()) session.container[key] = value.get<std::string>();
  take(json, "pid", session.pid);
  session.generations.clear();
  if (const auto list = json.find("generations"); list != json.end() && list->is_array())
    for (const Json& item : *list)
      if (item.is_object()) from_wire(item, session.generations.emplace_back());
  if (session.generations.empty()) session.generations.emplace_back();  // "never empty"
  take(json, "received", session.received);
  take(json, "answered", session.answered);
  take(json, "pending", session.pending);
  take(json, "p50_ns", session.p50_ns);
  take(json, "p99_ns", session.p99_ns);
  std::int64_t since_us = 0;
  take(json, "since_us", since_us);
  if (since_us < std::numeric_limits<std::int64_t>::max() / ns_per_us && since_us >= 0)
    session.since_unix_ns = since_us * ns_per_us;
  take(json, "listeners", session.listeners);
  take(json, "remark", session.remark);
}

Json to_wire(const Rate& rate) {
  return {{"rule", rate.rule},
          {"syscall", rate.syscall},
          {"calls", rate.calls},
          {"denied", rate.denied},
          {"slowest_ns", rate.slowest_ns}};
}

void from_wire(const Json& json, Rate& rate) {
  take(json, "rule", rate.rule);
  take(json, "syscall", rate.syscall);
  take(json, "calls", rate.calls);
  take(json, "denied", rate.denied);
  take(json, "slowest_ns", rate.slowest_ns);
}

Json to_wire(const Inspection& inspection) {
  return {{"session", to_wire(inspection.session)},
          {"policy_text", inspection.policy_text},
          {"filter", inspection.filter},
          {"trapped", inspection.trapped},
          {"filter_known", inspection.filter_known},
          {"processes", inspection.processes},
          {"rules", to_wire(inspection.rules)}};
}

void from_wire(const Json& json, Inspection& inspection) {
  if (const auto session = json.find("session"); session != json.end() && session->is_object())
    from_wire(*session, inspection.session);
  take(json, "policy_text", inspection.policy_text);
  take(json, "filter", inspection.filter);
  inspection.trapped = words(json, "trapped");
  take(json, "filter_known", inspection.filter_known);
  if (const auto list = json.find("processes"); list != json.end() && list->is_array())
    for (const Json& item : *list)
      if (item.is_number_integer()) inspection.processes.push_back(item.get<pid_t>());
  inspection.rules = list_from_wire<Rate>(json, "rules");
}

Json to_wire(const Reloaded& reloaded) {
  Json sessions = Json::array();
  for (const Changed& changed : reloaded.sessions) sessions.push_back(to_wire(changed));
  return {{"policy", reloaded.policy},         {"file", reloaded.file},       {"sha", reloaded.sha},
          {"generation", reloaded.generation}, {"changed", reloaded.changed}, {"mistakes", reloaded.mistakes},
          {"sessions", std::move(sessions)}};
}

void from_wire(const Json& json, Reloaded& reloaded) {
  take(json, "policy", reloaded.policy);
  take(json, "file", reloaded.file);
  take(json, "sha", reloaded.sha);
  take(json, "generation", reloaded.generation);
  take(json, "changed", reloaded.changed);
  reloaded.mistakes = words(json, "mistakes");
  reloaded.sessions.clear();
  if (const auto list = json.find("sessions"); list != json.end() && list->is_array())
    for (const Json& item : *list)
      if (item.is_object()) from_wire(item, reloaded.sessions.emplace_back());
}

}  // namespace scsup::control

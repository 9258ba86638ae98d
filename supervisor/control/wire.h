// What a Service returns, as JSON, and back again in clients. The names are those of interface.cc.
//
// Reading accepts what is there: if a member is missing or of another type, its field stays as it was, so that a
// client understands a supervisor of a later version.
#pragma once

#include "supervisor/control/call.h"
#include "supervisor/control/service.h"

namespace scsup::control {

Json to_wire(const SessionState& session);
Json to_wire(const Rate& rate);
Json to_wire(const Inspection& inspection);
Json to_wire(const Reloaded& reloaded);

void from_wire(const Json& json, SessionState& session);
void from_wire(const Json& json, Rate& rate);
void from_wire(const Json& json, Inspection& inspection);
void from_wire(const Json& json, Reloaded& reloaded);

template <class T>
Json to_wire(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(to_wire(item));
  return list;
}

// The list below `key`.
template <class T>
std::vector<T> list_from_wire(const Json& json, const char* key) {
  std::vector<T> items;
  const auto list = json.find(key);
  if (list == json.end() || !list->is_array()) return items;
  for (const Json& item : *list) {
    if (!item.is_object()) continue;
    items.emplace_back();
    from_wire(item, items.back());
  }
  return items;
}

}  // namespace scsup::control

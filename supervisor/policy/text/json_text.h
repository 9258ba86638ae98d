// A JSON tree as text again, and small changes to a tree. Numbers keep their written form, so that a file that is
// read and written means the same to every reader.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "supervisor/policy/text/json.h"

namespace scsup {

std::string json_text(const Json& json);  // on one line
// A value that fits `columns` is on one line, others are broken and indented by two.
std::string json_page(const Json& json, std::size_t columns = 110);

Json json_string(std::string_view text);
Json json_number(std::uint64_t number);
Json json_object();
Json json_list(std::vector<Json> items = {});
Json json_list(std::span<const std::string> items);

// The value of that key of an object, created if it is missing.
Json& set(Json& object, std::string_view key, Json value);
void remove(Json& object, std::string_view key);

bool same(const Json& a, const Json& b);  // ignores places

}  // namespace scsup

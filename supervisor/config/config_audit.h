// "audit" in scsup-config(5). Inside config/ only.
#pragma once

#include <functional>

#include "supervisor/audit/settings.h"
#include "supervisor/policy/document/parse_reader.h"
#include "supervisor/policy/text/json.h"

namespace scsup {

// `path` reads a path, absolute or from the config's directory; nothing: the mistake was reported.
using PathReader = std::function<std::optional<std::string>(const Json& json, std::string_view what)>;

// A file's name, or an object.
void read_audit(Reader& reader, const Json& json, const PathReader& path, AuditSettings& settings);

}  // namespace scsup

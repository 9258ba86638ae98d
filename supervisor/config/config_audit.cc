#include "supervisor/config/config_audit.h"

#include <charconv>

#include "supervisor/policy/paths/glob.h"

namespace scsup {
namespace {

constexpr std::string_view audit_keys[] = {"file", "durability", "on_audit_failure", "same",   "segment",
                                           "seal", "redact",     "journald",         "socket", "comment"};
constexpr std::string_view segment_keys[] = {"size", "age", "compress"};
constexpr std::string_view seal_keys[] = {"key", "anchor"};
constexpr std::string_view redact_keys[] = {"paths", "arguments"};
constexpr Word<Durability> durability_words[] = {{"write", Durability::write}, {"sync", Durability::sync}};
constexpr Word<OnAuditFailure> failure_words[] = {
    {"deny", OnAuditFailure::deny}, {"wait", OnAuditFailure::wait}, {"count", OnAuditFailure::count}};
constexpr Word<Same> same_words[] = {{"each", Same::each}, {"count", Same::count}};

struct Unit {
  char letter;
  std::uint64_t factor;
};
constexpr Unit size_units[] = {{'K', 1u << 10}, {'M', 1u << 20}, {'G', 1u << 30}};  // bytes
constexpr Unit time_units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};     // seconds

// "64M": a number and a unit.
std::uint64_t quantity(Reader& reader, const Json& json, std::string_view what, std::span<const Unit> units,
                       std::string_view example) {
  const auto written = reader.text(json, what);
  if (!written) return 0;
  const std::string& text = written->value;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && number != 0 && number <= 1'000'000 && end + 1 == text.data() + text.size())
    for (const Unit& unit : units)
      if (unit.letter == *end) return number * unit.factor;
  reader.mismatch(json, "a size or time such as \"" + std::string(example) + "\"", what);
  return 0;
}

void read_segment(Reader& reader, const Json& json, AuditSettings& settings) {
  if (!reader.object(json, "\"segment\"", segment_keys)) return;
  if (const Json* size = value_of(json, "size"))
    settings.segment_bytes = quantity(reader, *size, "\"size\"", size_units, "64M");
  if (const Json* age = value_of(json, "age"))
    settings.segment_age = std::chrono::seconds(quantity(reader, *age, "\"age\"", time_units, "24h"));
  if (const Json* compress = value_of(json, "compress"))
    settings.compress = reader.boolean(*compress, "\"compress\"").value_or(false);
}

void read_seal(Reader& reader, const Json& json, const PathReader& path, AuditSettings& settings) {
  if (json.kind == Json::Kind::boolean) {
    settings.seal = json.boolean ? Sealing::yes : Sealing::no;
    return;
  }
  if (!reader.object(json, "\"seal\"", seal_keys)) return;
  settings.seal = Sealing::yes;
  if (const Json* key = value_of(json, "key")) settings.seal_key = path(*key, "\"key\"").value_or("");
  if (const Json* anchor = value_of(json, "anchor"))
    settings.anchor = std::chrono::seconds(quantity(reader, *anchor, "\"anchor\"", time_units, "60s"));
}

void read_redact(Reader& reader, const Json& json, AuditSettings& settings) {
  if (!reader.object(json, "\"redact\"", redact_keys)) return;
  const auto take = [&](std::string_view name, std::vector<std::string>& to) {
    const Json* patterns = value_of(json, name);
    if (!patterns) return;
    for (auto& pattern : reader.texts(*patterns, "\"" + std::string(name) + "\"")) {
      if (name == "paths")
        if (const auto globs = read_glob(pattern.value, {}); !globs)
          reader.error(pattern.place, globs.error() + ": " + in_quotes(pattern.value));
      to.push_back(std::move(pattern.value));
    }
  };
  take("paths", settings.redact_paths);
  take("arguments", settings.redact_arguments);
}

void read_file(const Json& json, const PathReader& path, AuditSettings& settings) {
  const bool word = json.kind == Json::Kind::string && (json.text == "-" || json.text == "none");
  settings.file = word ? json.text : path(json, "\"audit\"");
}

}  // namespace

void read_audit(Reader& reader, const Json& json, const PathReader& path, AuditSettings& settings) {
  if (json.kind == Json::Kind::string) return read_file(json, path, settings);
  if (!reader.object(json, "\"audit\"", audit_keys)) return;
  if (const Json* file = value_of(json, "file")) read_file(*file, path, settings);
  if (const Json* durability = value_of(json, "durability"))
    settings.durability = reader.word<Durability>(*durability, "\"durability\" setting", durability_words)
                              .value_or(Durability::write);
  if (const Json* failure = value_of(json, "on_audit_failure"))
    settings.on_failure = reader.word<OnAuditFailure>(*failure, "\"on_audit_failure\" setting", failure_words)
                              .value_or(OnAuditFailure::deny);
  if (const Json* same = value_of(json, "same"))
    settings.same = reader.word<Same>(*same, "\"same\" setting", same_words).value_or(Same::each);
  if (const Json* segment = value_of(json, "segment")) read_segment(reader, *segment, settings);
  if (const Json* seal = value_of(json, "seal")) read_seal(reader, *seal, path, settings);
  if (const Json* redact = value_of(json, "redact")) read_redact(reader, *redact, settings);
  if (const Json* journald = value_of(json, "journald"))
    settings.journald = reader.boolean(*journald, "\"journald\"").value_or(false);
  if (const Json* socket = value_of(json, "socket"))
    settings.socket = path(*socket, "\"socket\"").value_or("");
  if (const Json* comment = value_of(json, "comment")) reader.text(*comment, "\"comment\"");
}

}  // namespace scsup

#include <unordered_map>

#include "supervisor/policy/document/parse_parts.h"

namespace scsup {
namespace {

constexpr std::string_view supervise_keys[] = {"rules", "default", "audit", "trap", "io_uring", "comment"};
constexpr std::string_view default_keys[] = {"action", "errno", "comment"};
constexpr Word<AuditScope> audit_words[] = {
    {"denied", AuditScope::denied}, {"trapped", AuditScope::trapped}, {"all", AuditScope::all}};
constexpr Word<bool> io_uring_words[] = {{"allow", true}, {"deny", false}};

std::string at(Place place) { return std::to_string(place.line) + ":" + std::to_string(place.column); }

void read_default(Reader& reader, const Json& json, Supervise& supervise) {
  constexpr std::string_view what = "\"default\"";
  if (!reader.object(json, what, default_keys)) return;
  Verdict verdict = read_verdict(reader, json, what);
  if (verdict.action == RuleAction::emulate)
    reader.error(value_of(json, "action")->place,
                 "\"default\" can only \"allow\" or \"deny\": a rule says what to emulate");
  if (const Json* comment = value_of(json, "comment")) reader.text(*comment, "\"comment\"");
  supervise.fallback = Supervise::Default{verdict.action, verdict.err, json.place};
}

void refuse_equal_ids(Reader& reader, std::span<const Json> items) {
  std::unordered_map<std::string_view, Place> seen;
  for (const Json& item : items) {
    const Json* id = value_of(item, "id");
    if (!id || id->kind != Json::Kind::string) continue;
    auto [first, fresh] = seen.emplace(id->text, id->place);
    if (!fresh)
      reader.error(id->place,
                   "duplicate rule id " + in_quotes(id->text) + "; it is already at " + at(first->second));
  }
}

void read_rules(Reader& reader, const Json& json, Supervise& supervise) {
  const auto* items = reader.list(json, "\"rules\"");
  if (!items) return;
  if (items->empty())
    reader.error(json.place, "\"rules\" is empty: write at least one rule or leave the key out");
  std::vector<std::size_t> good;
  for (const Json& item : *items) {
    std::size_t before = reader.errors();
    supervise.rules.push_back(read_rule(reader, item));
    if (reader.errors() == before) good.push_back(supervise.rules.size() - 1);
  }
  refuse_equal_ids(reader, *items);
  std::vector<const Rule*> in_order;
  for (std::size_t i : good) in_order.push_back(&supervise.rules[i]);
  check_order(reader, in_order);
}

// If a call is named twice, or by its name and by its group, one of them was meant to be another call.
std::vector<Located<std::string>> read_traps(Reader& reader, const Json& json) {
  auto traps = read_call_names(reader, json, "\"trap\"");
  std::unordered_map<const Syscall*, const Located<std::string>*> seen;
  for (const auto& written : traps) {
    for (const auto& [call, portion] : calls_named(written.value)) {
      const auto [first, fresh] = seen.emplace(call, &written);
      if (fresh) continue;
      const auto& [before, place] = *first->second;
      if (before == written.value)
        reader.error(written.place,
                     "duplicate " + in_quotes(written.value) + " in \"trap\"; it is already at " + at(place));
      else if (!is_group(written.value) || !is_group(before))
        reader.error(written.place, in_quotes(call->name) + " is in \"trap\" twice: as " + in_quotes(before) +
                                        " at " + at(place) + " and as " + in_quotes(written.value));
      else
        continue;  // groups may overlap
      break;
    }
  }
  return traps;
}

}  // namespace

Supervise read_supervise(Reader& reader, const Json& json) {
  Supervise supervise;
  supervise.place = json.place;
  if (!reader.object(json, "\"supervise\"", supervise_keys)) return supervise;
  if (const Json* rules = value_of(json, "rules")) read_rules(reader, *rules, supervise);
  if (const Json* fallback = value_of(json, "default")) read_default(reader, *fallback, supervise);
  if (const Json* audit = value_of(json, "audit")) {
    supervise.audit =
        reader.word<AuditScope>(*audit, "\"audit\" scope", audit_words).value_or(AuditScope::denied);
    supervise.audit_place = audit->place;
  }
  if (const Json* trap = value_of(json, "trap")) supervise.traps = read_traps(reader, *trap);
  if (const Json* io_uring = value_of(json, "io_uring"))
    supervise.allow_io_uring =
        reader.word<bool>(*io_uring, "\"io_uring\" setting", io_uring_words).value_or(false);
  if (const Json* comment = value_of(json, "comment")) reader.text(*comment, "\"comment\"");
  return supervise;
}

}  // namespace scsup

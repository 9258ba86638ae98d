#include "supervisor/policy/document/parse.h"

#include <algorithm>
#include <tuple>

#include "supervisor/policy/document/enclosed.h"
#include "supervisor/policy/document/parse_parts.h"
#include "supervisor/policy/document/parse_reader.h"

namespace scsup {
namespace {

void read_file(Reader& reader, const Json& file, Document& document) {
  std::vector<std::string_view> keys(profile_keys.begin(), profile_keys.end());
  keys.push_back("supervise");
  if (!reader.object(file, "the policy", keys)) return;
  document.profile = read_profile(reader, file);
  const Json* supervise = value_of(file, "supervise");
  if (supervise) document.supervise = read_supervise(reader, *supervise);
  if (!supervise && !given(file, "defaultAction"))
    reader.error(file.place, "this policy decides nothing: it needs \"defaultAction\" or \"supervise\"");
}

}  // namespace

Parsed parse(std::string_view text) {
  Parsed parsed;
  if (text.size() > policy_size_limit) {
    parsed.diagnostics.push_back(
        {Diagnostic::Severity::error,
         {},
         "the policy is larger than " + std::to_string(policy_size_limit >> 20) + " MiB"});
    return parsed;
  }
  const auto file = read_policy_tree(text, parsed.diagnostics);
  if (!file) return parsed;
  Reader reader(parsed.diagnostics);
  read_file(reader, *file, parsed.document);
  auto& found = parsed.diagnostics;
  std::stable_sort(found.begin(), found.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.place < b.place; });
  if (found.size() >= policy_mistake_limit)
    found.push_back({Diagnostic::Severity::error, {}, "there may be more mistakes; correct these first"});
  return parsed;
}

}  // namespace scsup

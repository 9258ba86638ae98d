#include "analysis/explain/rebuilt_policy.h"

#include <algorithm>

#include "base/printable.h"
#include "supervisor/policy/document/parse.h"

namespace scsup::analysis {
namespace {

// No path can contain this: a glob with it matches nothing.
const std::string nowhere("/\0", 2);

bool uses(const Document& document, std::string_view word) {
  if (!document.supervise) return false;
  return std::ranges::any_of(document.supervise->rules, [&](const Rule& rule) {
    return std::ranges::any_of(rule.paths,
                               [&](const auto& path) { return path.value.find(word) != std::string::npos; });
  });
}

bool asks_for_capabilities(const Document& document) {
  return std::ranges::any_of(document.profile.entries, [](const ProfileEntry& entry) {
    return !entry.includes.caps.empty() || !entry.excludes.caps.empty();
  });
}

}  // namespace

Result<RebuiltPolicy> rebuild(const std::string& file, const std::string& text, const Surroundings& where) {
  RebuiltPolicy made{file, text, {}, where.environment, nullptr, {}, false};
  Parsed parsed = parse(text);
  if (has_errors(parsed.diagnostics))
    return failed(0, printable(first_error(file, parsed.diagnostics), Backslash::kept));
  made.document = std::move(parsed.document);
  if (!where.knows_home) {
    made.environment.home = nowhere;
    made.lacks_home = uses(made.document, "~");
    if (made.lacks_home)
      made.unsure.emplace_back(
          "The log doesn't tell which directory '~' stood for: globs with it match nothing here.");
  }
  if (!where.knows_directory) {
    const std::string& guess = where.environment.directory;
    if (uses(made.document, "${PWD}"))
      made.unsure.push_back("The log doesn't tell which directory ${PWD} stood for: " +
                            (guess.empty()
                                 ? "globs with it match nothing here."
                                 : "taken to be " + printable(guess) + ", where the session is first seen."));
    if (guess.empty()) made.environment.directory = nowhere;
  }
  if (!where.knows_caps && asks_for_capabilities(made.document))
    made.unsure.emplace_back(
        "The log doesn't tell which capabilities the command had: root is taken to have had all, others "
        "none.");
  Built built = build(made.document, file, made.environment);
  if (!built.policy) return failed(0, printable(first_error(file, built.diagnostics), Backslash::kept));
  made.policy = std::move(built.policy);
  return made;
}

}  // namespace scsup::analysis

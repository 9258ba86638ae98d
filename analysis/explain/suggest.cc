// scsup-audit suggest: a patch of the policy that would have allowed a call. Nothing is applied.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "analysis/command.h"
#include "analysis/explain/sought.h"
#include "analysis/explain/suggestion.h"
#include "analysis/explain/text_patch.h"
#include "analysis/views/text.h"
#include "base/printable.h"
#include "cli/terminal.h"

namespace scsup::analysis {
namespace {

constexpr const char* suggest_usage =
    "Usage: scsup-audit suggest [OPTION...] SEQ [LOG...]\n"
    "\n"
    "The smallest rule under which the call with that number would have been allowed, what else that rule\n"
    "allows, and its risk; then a patch of the policy, for patch(1). It was tried on the policy that the "
    "log\n"
    "holds. Nothing is applied: whether it should be is for you to say. LOG as for summary.\n";

struct Made {
  Suggestion suggestion;
  std::vector<std::string> notes;
};

Result<Made> make(const Record& record, const PolicyShelf& shelf) {
  const LoggedPolicy* const logged = shelf.find(record);
  if (!logged && (record.rule == "@io_uring" || !record.rule.starts_with('@')))
    return failed(0, "the log doesn't hold the text of the policy that decided this call");
  auto policy = logged ? rebuild(logged->file, logged->text, shelf.surroundings(record))
                       : rebuild("policy", "{\"supervise\": {}}", {});
  if (!policy) return failed(0, "the policy in the log can't be used: " + policy.error().text());
  const auto call = recorded_call(record);
  if (!call) return failed(call.error());
  if (call->redacted)
    return failed(0, "the path is redacted in the log: a rule for it can't be made from this");
  auto object = seen_object(record, *call, *policy->policy);
  std::optional<std::string> written;
  if (!object && call->call.syscall && call->call.syscall->is_performed())
    if ((written = written_path(record))) {
      object = *written;
      policy->unsure.emplace_back(
          "The path is the one that was written, as scsup didn't have to follow it: if it has links, write "
          "where it leads.");
    }
  auto made = suggest(record, *policy, *call, object ? &*object : nullptr);
  if (!made) return failed(made.error());
  return Made{std::move(*made), std::move(policy->unsure)};
}

void print(const Record& record, Made& made, bool json) {
  const Suggestion& one = made.suggestion;
  std::vector<std::string> patch = unified_diff(one.before, one.after, one.file);
  bool as_it_is = true;
  for (std::string& line : patch) {
    std::string shown = printable_line(line);
    as_it_is = as_it_is && shown == line;
    line = std::move(shown);
  }
  if (!as_it_is)
    made.notes.emplace_back(
        "The policy holds characters that are not shown as they are: patch(1) may not find them.");
  if (json) {
    const nlohmann::json all = {{"seq", record.seq},    {"file", one.file}, {"rule", one.rule},
                                {"allows", one.allows}, {"risk", one.risk}, {"patch", patch},
                                {"notes", made.notes}};
    std::puts(all.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).c_str());
    return;
  }
  std::puts(line_of(record, has_colours() ? Colours::on : Colours::off).c_str());
  std::printf("This would have allowed it: %s\n%s\n%s\n", printable(one.rule, Backslash::kept).c_str(),
              one.allows.c_str(), one.risk.c_str());
  print_lines(made.notes);
  std::printf("Nothing is applied. If it is right: patch %s-p0\n\n",
              one.file.starts_with('/') ? "-d / " : "");
  print_lines(patch);
}

}  // namespace

int command_suggest(const Arguments& arguments) {
  Reading reading(suggest_usage, arguments, seeking_options());
  if (reading.helped()) return 0;
  Sought sought(reading);
  const Record* const record = sought.record();
  if (!record) return sought.finish(false);
  if (record->type != Type::call) {
    complain("no policy asks for this call, and it was let through: there is nothing to suggest");
    return sought.finish(false);
  }
  auto made = make(*record, sought.shelf());
  if (!made) {
    complain(made.error().text());
    return sought.finish(false);
  }
  print(*record, *made, reading.json());
  return sought.finish(true);
}

}  // namespace scsup::analysis

// scsup-audit why: which part of the policy decided a call, and which ones nearly did.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "analysis/command.h"
#include "analysis/explain/explanation.h"
#include "analysis/explain/sought.h"
#include "analysis/views/text.h"
#include "cli/terminal.h"

namespace scsup::analysis {
namespace {

constexpr const char* why_usage =
    "Usage: scsup-audit why [OPTION...] SEQ [LOG...]\n"
    "\n"
    "What decided the call with that number (the first column of show): the rule, entry or default, as it\n"
    "stands in the policy that the log holds; then those before it that nearly did, with the one condition\n"
    "that doesn't hold. The policy's file isn't needed. LOG as for summary.\n";

nlohmann::json to_json(const PolicyPart& part) {
  return {{"words", part.words}, {"id", part.id}, {"at", part.at}, {"lines", part.lines}};
}

void print_json(const Record& record, const Explanation& why) {
  nlohmann::json near = nlohmann::json::array();
  for (const NearMiss& miss : why.near) {
    near.push_back(to_json(miss.part));
    near.back()["unmet"] = miss.unmet;
  }
  const nlohmann::json all = {{"seq", record.seq},
                              {"verdict", why.verdict},
                              {"decided", why.decided ? to_json(*why.decided) : nlohmann::json()},
                              {"near", near},
                              {"further", why.further},
                              {"notes", why.notes},
                              {"whole", why.whole}};
  std::puts(all.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).c_str());
}

std::string title(const Explanation& why) {
  const std::string& by = why.decided ? why.decided->words : why.verdict;
  if (by.starts_with("rule ")) return "Above it, all but one condition held of:";
  if (by.starts_with("supervise.default")) return "All but one condition held of:";
  return "These entries name the call as well:";
}

void print_text(const Record& record, const Explanation& why) {
  std::puts(line_of(record, has_colours() ? Colours::on : Colours::off).c_str());
  std::puts(why.verdict.c_str());
  if (why.decided) print_lines(why.decided->lines);
  if (!why.near.empty()) std::printf("\n%s\n", title(why).c_str());
  for (const NearMiss& miss : why.near) {
    std::puts(miss.part.words.c_str());
    print_lines(miss.part.lines);
    for (const std::string& unmet : miss.unmet) std::printf("        but %s\n", unmet.c_str());
  }
  if (why.further != 0)
    std::printf("\n%zu %s the call too, and %s farther off.\n", why.further,
                why.further == 1 ? "other rule names" : "other rules name", why.further == 1 ? "is" : "are");
  if (!why.notes.empty()) std::puts("");
  print_lines(why.notes);
}

}  // namespace

int command_why(const Arguments& arguments) {
  Reading reading(why_usage, arguments, seeking_options());
  if (reading.helped()) return 0;
  Sought sought(reading);
  const Record* const record = sought.record();
  if (!record) return sought.finish(false);
  const Explanation why = explain(*record, sought.shelf());
  if (reading.json())
    print_json(*record, why);
  else
    print_text(*record, why);
  return sought.finish(why.whole);
}

}  // namespace scsup::analysis

// Bad policies: the text, and the expected messages with their places.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <ctime>
#include <fstream>
#include <sstream>

#include "supervisor/policy/document/parse.h"
#include "supervisor/policy/text/errno_names.h"
#include "supervisor/policy/text/suggest.h"

namespace scsup {

inline std::vector<std::string> remarks(std::string_view text) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : parse(text).diagnostics) lines.push_back(render("p", diagnostic));
  return lines;
}

inline Document document(std::string_view text) {
  Parsed parsed = parse(text);
  for (const Diagnostic& diagnostic : parsed.diagnostics) ADD_FAILURE() << render("p", diagnostic);
  return std::move(parsed.document);
}

// `members` is in line 2, from column 1.
inline std::string file(std::string_view members) { return "{\n" + std::string(members) + "\n}"; }
inline std::string entries(std::string_view entry) {
  return "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [\n" + std::string(entry) + "\n]}";
}
inline std::string arguments(std::string_view argument) {
  return entries("{\"names\": [\"a\"], \"action\": \"SCMP_ACT_LOG\", \"args\": [\n" + std::string(argument) +
                 "\n]}");
}
inline std::string supervise(std::string_view members) {
  return "{\"supervise\": {\n" + std::string(members) + "\n}}";
}
inline std::string rules(std::string_view list) {
  return supervise("\"rules\": [\n" + std::string(list) + "\n]");
}
inline std::string rule(std::string_view members) { return rules("{\n" + std::string(members) + "\n}"); }
// ... here in line 5.
inline std::string mkdir_rule(std::string_view members) {
  return rule("\"syscalls\": [\"mkdir\"], \"action\": \"deny\",\n" + std::string(members));
}

struct Bad {
  const char* name;
  std::string text;
  std::vector<std::string> remarks;

  friend void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.text; }
};

class BadPolicy : public testing::TestWithParam<Bad> {};

TEST_P(BadPolicy, IsRefusedAtTheRightPlaceInOurWords) {
  EXPECT_EQ(remarks(GetParam().text), GetParam().remarks);
}

inline std::string case_name(const testing::TestParamInfo<Bad>& info) { return info.param.name; }

}  // namespace scsup

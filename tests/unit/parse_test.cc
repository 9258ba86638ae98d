// What a policy file may hold, and the exact words and places of every refusal.
#include "supervisor/policy/parse.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <ctime>
#include <fstream>
#include <sstream>

#include "supervisor/policy/errno_names.h"
#include "supervisor/policy/suggest.h"

namespace scsup {
namespace {

std::vector<std::string> remarks(std::string_view text) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : parse(text).diagnostics) lines.push_back(render("p", diagnostic));
  return lines;
}

Document document(std::string_view text) {
  Parsed parsed = parse(text);
  for (const Diagnostic& diagnostic : parsed.diagnostics) ADD_FAILURE() << render("p", diagnostic);
  return std::move(parsed.document);
}

// What is given stands in line 2, from column 1.
std::string file(std::string_view members) { return "{\n" + std::string(members) + "\n}"; }
std::string entries(std::string_view entry) {
  return "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [\n" + std::string(entry) + "\n]}";
}
std::string arguments(std::string_view argument) {
  return entries("{\"names\": [\"a\"], \"action\": \"SCMP_ACT_LOG\", \"args\": [\n" + std::string(argument) +
                 "\n]}");
}
std::string supervise(std::string_view members) {
  return "{\"supervise\": {\n" + std::string(members) + "\n}}";
}
std::string rules(std::string_view list) { return supervise("\"rules\": [\n" + std::string(list) + "\n]"); }
std::string rule(std::string_view members) { return rules("{\n" + std::string(members) + "\n}"); }
// ... here in line 5.
std::string mkdir_rule(std::string_view members) {
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

std::string case_name(const testing::TestParamInfo<Bad>& info) { return info.param.name; }

const Bad broken_json[] = {
    {"empty", "", {"p:1:1: error: the file is empty: expected a policy, '{...}'"}},
    {"blank", " \n\t\n", {"p:1:1: error: the file is empty: expected a policy, '{...}'"}},
    {"byte_order_mark",
     "\xef\xbb\xbf{}",
     {"p:1:1: error: the file begins with a byte order mark; save it as UTF-8 without one"}},
    {"utf16", "\xff\xfe{", {"p:1:1: error: the file is UTF-16; save it as UTF-8 without a byte order mark"}},
    {"invalid_utf8",
     "{\n\"comment\": \"a\xff\"}",
     {"p:2:14: error: this byte is no UTF-8; a policy is UTF-8 text"}},
    {"overlong_utf8", "{\"\xc0\xaf\": 1}", {"p:1:3: error: this byte is no UTF-8; a policy is UTF-8 text"}},
    {"utf8_surrogate",
     "{\"\xed\xa0\x80\": 1}",
     {"p:1:3: error: this byte is no UTF-8; a policy is UTF-8 text"}},
    {"cut_utf8", "{\"\xc3", {"p:1:3: error: this byte is no UTF-8; a policy is UTF-8 text"}},
    {"no_end",
     "{\n \"comment\": 1",
     {"p:2:14: error: the file ends too early: expected ',' or '}' for the bracket opened at 1:1"}},
    {"no_end_of_list",
     "{\"a\": [\n",
     {"p:2:1: error: the file ends too early: expected a value or ']' for the bracket opened at 1:7"}},
    {"ends_after_list",
     "{\"a\": []",
     {"p:1:9: error: the file ends too early: expected ',' or '}' for the bracket opened at 1:1"}},
    {"no_key", "{a: 1}", {"p:1:2: error: expected a key in double quotes or '}', found 'a'"}},
    {"single_quotes",
     "{'a': 1}",
     {"p:1:2: error: JSON strings stand in double quotes: expected a key in double quotes or '}'"}},
    {"no_colon", "{\"a\" 1}", {"p:1:6: error: expected ':' after the key, found '1'"}},
    {"no_value", "{\"a\":}", {"p:1:6: error: expected a value after ':', found '}'"}},
    {"half_word", "{\"a\": tru}", {"p:1:7: error: expected a value after ':', found 'tru'"}},
    {"no_comma", "{\"a\": 1\n \"b\": 2}", {"p:2:2: error: expected ',' or '}', found '\"'"}},
    {"no_comma_in_list", "{\"a\": [1 2]}", {"p:1:10: error: expected ',' or ']', found '2'"}},
    {"trailing_comma",
     "{\"a\": 1,}",
     {"p:1:9: error: expected another key after ',' (JSON has no trailing comma), found '}'"}},
    {"trailing_comma_in_list",
     "{\"a\": [1,]}",
     {"p:1:10: error: expected another value after ',' (JSON has no trailing comma), found ']'"}},
    {"wrong_bracket", "{\"a\": [1}", {"p:1:9: error: expected ',' or ']', found '}'"}},
    {"more_after_the_end",
     "{}\n{}",
     {"p:2:1: error: expected the end of the file after the policy, found '{'"}},
    {"slash_comment", "{\n  // why\n}", {"p:2:3: error: JSON has no comments; use a \"comment\" key"}},
    {"hash_comment", "# why\n{}", {"p:1:1: error: JSON has no comments; use a \"comment\" key"}},
    {"open_string",
     "{\"a\": \"b",
     {"p:1:7: error: the string that begins here is never closed: '\"' is missing"}},
    {"string_over_lines",
     "{\"a\": \"b\n\"}",
     {"p:1:7: error: the string that begins here is not closed on its line: '\"' is missing"}},
    {"control_character",
     "{\"a\": \"b\tc\"}",
     {"p:1:9: error: a control character in a string is written as an escape, such as \\t or \\u0009"}},
    {"unknown_escape",
     "{\"a\": \"b\\q\"}",
     {"p:1:9: error: unknown escape '\\q' in a string; a backslash is written \\\\"}},
    {"short_escape", "{\"a\": \"\\u12\"}", {"p:1:8: error: \\u needs four hexadecimal digits"}},
    {"half_surrogate",
     "{\"a\": \"\\ud800x\"}",
     {"p:1:8: error: half of a surrogate pair: \\ud800 to \\udfff come in twos"}},
    {"second_half_surrogate",
     "{\"a\": \"\\udc00\"}",
     {"p:1:8: error: half of a surrogate pair: \\ud800 to \\udfff come in twos"}},
    {"octal",
     "{\"mode\": 0700}",
     {"p:1:10: error: a JSON number doesn't begin with 0: '0700'; JSON has no octal numbers, a mode is a "
      "string like \"0700\""}},
    {"hexadecimal", "{\"mode\": 0x1c0}", {"p:1:10: error: JSON numbers are decimal, found '0x1c0'"}},
    {"half_number", "{\"a\": 1.}", {"p:1:7: error: the number '1.' is malformed or out of range"}},
    {"huge_float", "{\"a\": 1e999}", {"p:1:7: error: the number '1e999' is malformed or out of range"}},
    {"a_list", "[]", {"p:1:1: error: expected an object for the policy, found a list"}},
    {"a_number", " 5", {"p:1:2: error: expected an object for the policy, found the number 5"}},
    {"null", "null", {"p:1:1: error: expected an object for the policy, found null"}},
    {"nul_byte",
     std::string("{\0}", 3),
     {"p:1:2: error: expected a key in double quotes or '}', found '\\x00'"}},
};
INSTANTIATE_TEST_SUITE_P(Json, BadPolicy, testing::ValuesIn(broken_json), case_name);

const Bad bad_profile[] = {
    {"decides_nothing",
     "{}",
     {"p:1:1: error: this policy decides nothing: it needs \"defaultAction\" or \"supervise\""}},
    {"unknown_key",
     "{\"defaultAcion\": \"SCMP_ACT_ALLOW\", \"supervise\": {}}",
     {"p:1:2: error: unknown key 'defaultAcion' in the policy; did you mean 'defaultAction'?"}},
    {"duplicate_key",
     "{\"defaultAction\": \"SCMP_ACT_ERRNO\",\n \"defaultAction\": \"SCMP_ACT_ALLOW\"}",
     {"p:2:2: error: duplicate key 'defaultAction'; it is already at 1:2"}},
    {"duplicate_key_by_escape",
     "{\"defaultAction\": \"SCMP_ACT_ERRNO\",\n \"default\\u0041ction\": \"SCMP_ACT_ALLOW\"}",
     {"p:2:2: error: duplicate key 'defaultAction'; it is already at 1:2"}},
    {"unknown_action",
     file("\"defaultAction\": \"SCMP_ACT_ALOW\""),
     {"p:2:18: error: unknown action 'SCMP_ACT_ALOW'; did you mean 'SCMP_ACT_ALLOW'?"}},
    {"short_action",
     file("\"defaultAction\": \"errno\""),
     {"p:2:18: error: unknown action 'errno'; did you mean 'SCMP_ACT_ERRNO'?"}},
    {"action_of_wrong_type",
     file("\"defaultAction\": 1"),
     {"p:2:18: error: expected a string for action, found the number 1"}},
    {"default_notify",
     file("\"defaultAction\": \"SCMP_ACT_NOTIFY\""),
     {"p:2:18: error: SCMP_ACT_NOTIFY can't be the \"defaultAction\", as in runc: the calls that hand the "
      "listener over would wait for an answer"}},
    {"errno_too_large",
     file("\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 4096"),
     {"p:2:55: error: expected a whole number from 0 to 4095 for \"defaultErrnoRet\", found the number "
      "4096"}},
    {"unknown_errno",
     file("\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrno\": \"EPREM\""),
     {"p:2:52: error: unknown errno 'EPREM'; did you mean 'EPERM'?"}},
    {"unknown_architecture",
     file("\"defaultAction\": \"SCMP_ACT_LOG\", \"architectures\": [\"SCMP_ARCH_X86_46\"]"),
     {"p:2:52: error: unknown architecture 'SCMP_ARCH_X86_46'; did you mean 'SCMP_ARCH_X86_64'?"}},
    {"two_architecture_lists",
     file("\"defaultAction\": \"SCMP_ACT_LOG\", \"architectures\": [\"SCMP_ARCH_X86\"],\n\"archMap\": "
          "[{\"architecture\": \"SCMP_ARCH_X86_64\"}]"),
     {"p:3:1: error: \"archMap\" and \"architectures\" can't both be given, as in Docker"}},
    {"arch_map_without_name",
     file("\"defaultAction\": \"SCMP_ACT_LOG\",\n\"archMap\": [{\"subArchitectures\": null}]"),
     {"p:3:13: error: this element of \"archMap\" has no \"architecture\""}},
    {"unknown_flag",
     file("\"defaultAction\": \"SCMP_ACT_LOG\", \"flags\": [\"SECCOMP_FILTER_FLAG_LOOG\"]"),
     {"p:2:44: error: unknown flag 'SECCOMP_FILTER_FLAG_LOOG'; did you mean 'SECCOMP_FILTER_FLAG_LOG'?"}},
    {"entries_without_default",
     "{\"syscalls\": [\n{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ERRNO\"}], \"supervise\": {}}",
     {"p:1:2: error: \"syscalls\" needs a \"defaultAction\" for all other calls"}},
    {"entries_no_list",
     file("\"defaultAction\": \"SCMP_ACT_LOG\", \"syscalls\": {}"),
     {"p:2:46: error: expected a list for \"syscalls\", found an object"}},
    {"entry_no_object",
     entries("[]"),
     {"p:2:1: error: expected an object for an entry of \"syscalls\", found a list"}},
    {"name_and_names",
     entries("{\"name\": \"a\", \"names\": [\"b\"], \"action\": \"SCMP_ACT_LOG\"}"),
     {"p:2:15: error: \"name\" and \"names\" can't both be given in one entry, as in Docker"}},
    {"no_name",
     entries("{\"action\": \"SCMP_ACT_LOG\"}"),
     {"p:2:1: error: this entry names no call: it needs \"names\""}},
    {"empty_name",
     entries("{\"names\": [\"a\", \"\"], \"action\": \"SCMP_ACT_LOG\"}"),
     {"p:2:17: error: an empty string is no syscall's name"}},
    {"names_no_list",
     entries("{\"names\": \"a\", \"action\": \"SCMP_ACT_LOG\"}"),
     {"p:2:11: error: expected a list for \"names\", found the string 'a'"}},
    {"no_action", entries("{\"names\": [\"a\"]}"), {"p:2:1: error: this entry has no \"action\""}},
    {"entry_key",
     entries("{\"names\": [\"a\"], \"action\": \"SCMP_ACT_LOG\", \"arg\": []}"),
     {"p:2:44: error: unknown key 'arg' in an entry of \"syscalls\"; did you mean 'args'?"}},
    {"gate_key",
     entries("{\"names\": [\"a\"], \"action\": \"SCMP_ACT_LOG\", \"includes\": {\"cap\": []}}"),
     {"p:2:57: error: unknown key 'cap' in \"includes\"; did you mean 'caps'?"}},
    {"gate_kernel",
     entries(
         "{\"names\": [\"a\"], \"action\": \"SCMP_ACT_LOG\", \"excludes\": {\"minKernel\": \"4.8-rc1\"}}"),
     {"p:2:70: error: expected a kernel version such as \"4.8\" for \"minKernel\", found '4.8-rc1'"}},
    {"index_over_5",
     arguments("{\"index\": 6, \"value\": 0, \"op\": \"SCMP_CMP_EQ\"}"),
     {"p:3:11: error: expected a whole number from 0 to 5 for \"index\", found the number 6"}},
    {"negative_index",
     arguments("{\"index\": -1, \"value\": 0, \"op\": \"SCMP_CMP_EQ\"}"),
     {"p:3:11: error: expected a whole number from 0 to 5 for \"index\", found the number -1"}},
    {"negative_value",
     arguments("{\"index\": 0, \"value\": -2, \"op\": \"SCMP_CMP_EQ\"}"),
     {"p:3:23: error: expected a whole number from 0 to 18446744073709551615 for \"value\", found the number "
      "-2; as an unsigned number "
      "it is 18446744073709551614"}},
    {"value_over_64_bit",
     arguments("{\"index\": 0, \"value\": 18446744073709551616, \"op\": \"SCMP_CMP_EQ\"}"),
     {"p:3:23: error: expected a whole number from 0 to 18446744073709551615 for \"value\", found the number "
      "18446744073709551616"}},
    {"fraction",
     arguments("{\"index\": 0, \"value\": 1.0, \"op\": \"SCMP_CMP_EQ\"}"),
     {"p:3:23: error: expected a whole number from 0 to 18446744073709551615 for \"value\", found the number "
      "1.0"}},
    {"second_value",
     arguments("{\"index\": 0, \"value\": 1, \"valueTwo\": \"1\", \"op\": \"SCMP_CMP_MASKED_EQ\"}"),
     {"p:3:38: error: expected a whole number from 0 to 18446744073709551615 for \"valueTwo\", found the "
      "string '1'"}},
    {"unknown_operator",
     arguments("{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_EG\"}"),
     {"p:3:32: error: unknown operator 'SCMP_CMP_EG'; did you mean 'SCMP_CMP_EQ'?"}},
    {"argument_lacks_all",
     arguments("{}"),
     {"p:3:1: error: this element of \"args\" has no \"index\"",
      "p:3:1: error: this element of \"args\" has no \"value\"",
      "p:3:1: error: this element of \"args\" has no \"op\""}},
};
INSTANTIATE_TEST_SUITE_P(Profile, BadPolicy, testing::ValuesIn(bad_profile), case_name);

const Bad bad_supervise[] = {
    {"no_object",
     "{\"supervise\": null}",
     {"p:1:15: error: expected an object for \"supervise\", found null"}},
    {"key",
     supervise("\"rule\": []"),
     {"p:2:1: error: unknown key 'rule' in \"supervise\"; did you mean 'rules'?"}},
    {"audit",
     supervise("\"audit\": \"nothing\""),
     {"p:2:10: error: unknown \"audit\" scope 'nothing'; expected 'denied', 'trapped' or 'all'"}},
    {"io_uring",
     supervise("\"io_uring\": \"alow\""),
     {"p:2:13: error: unknown \"io_uring\" setting 'alow'; did you mean 'allow'?"}},
    {"empty_rules",
     supervise("\"rules\": []"),
     {"p:2:10: error: \"rules\" is empty: write at least one rule or leave the key out"}},
    {"default_emulates",
     supervise("\"default\": {\"action\": \"emulate\"}"),
     {"p:2:23: error: \"default\" can only \"allow\" or \"deny\": what to emulate is said by a rule"}},
    {"default_without_action",
     supervise("\"default\": {\"errno\": \"EACCES\"}"),
     {"p:2:12: error: \"default\" has no \"action\": \"allow\", \"deny\" or \"emulate\""}},
    {"rule_no_object", rules("7"), {"p:3:1: error: expected an object for a rule, found the number 7"}},
    {"rule_lacks_all",
     rules("{}"),
     {"p:3:1: error: this rule has no \"syscalls\"",
      "p:3:1: error: this rule has no \"action\": \"allow\", \"deny\" or \"emulate\""}},
    {"rule_key",
     mkdir_rule("\"paths\": \"/x\""),
     {"p:5:1: error: unknown key 'paths' in a rule; did you mean 'path'?"}},
    {"id_letters",
     mkdir_rule("\"id\": \"no mkdir\""),
     {"p:5:7: error: a rule's id is made of letters, digits, '.', '_' and '-', found 'no mkdir'"}},
    {"id_twice",
     rules("{\"id\": \"a\", \"syscalls\": [\"mkdir\"], \"action\": \"deny\"},\n{\"id\": \"a\", \"syscalls\": "
           "[\"chmod\"], \"action\": \"deny\"}"),
     {"p:4:8: error: duplicate rule id 'a'; it is already at 3:8"}},
    {"unknown_syscall",
     rule("\"syscalls\": [\"mkdirr\"], \"action\": \"deny\""),
     {"p:4:14: error: unknown syscall 'mkdirr'; did you mean 'mkdir'?"}},
    {"unknown_group",
     rule("\"syscalls\": [\"@mkdri\"], \"action\": \"deny\""),
     {"p:4:14: error: unknown group '@mkdri'; did you mean '@mkdir'?"}},
    {"far_from_any_syscall",
     rule("\"syscalls\": [\"frobnicate_all\"], \"action\": \"deny\""),
     {"p:4:14: error: unknown syscall 'frobnicate_all'"}},
    {"no_syscalls",
     rule("\"syscalls\": [], \"action\": \"deny\""),
     {"p:4:13: error: \"syscalls\" is empty: name a call or a group such as \"@mkdir\""}},
    {"syscalls_no_list",
     rule("\"syscalls\": \"mkdir\", \"action\": \"deny\""),
     {"p:4:13: error: expected a list for \"syscalls\", found the string 'mkdir'"}},
    {"action",
     rule("\"syscalls\": [\"mkdir\"], \"action\": \"dny\""),
     {"p:4:34: error: unknown action 'dny'; did you mean 'deny'?"}},
    {"action_of_docker",
     rule("\"syscalls\": [\"mkdir\"], \"action\": \"SCMP_ACT_ERRNO\""),
     {"p:4:34: error: unknown action 'SCMP_ACT_ERRNO'; expected 'allow', 'deny' or 'emulate'"}},
    {"errno_by_number",
     mkdir_rule("\"errno\": 13"),
     {"p:5:10: error: an errno is written by name: \"EACCES\" for 13"}},
    {"errno_number_without_name",
     mkdir_rule("\"errno\": 4000"),
     {"p:5:10: error: an errno is written by name, such as \"EACCES\", found the number 4000"}},
    {"unknown_errno",
     mkdir_rule("\"errno\": \"EACESS\""),
     {"p:5:10: error: unknown errno 'EACESS'; did you mean 'EACCES'?"}},
    {"errno_of_allow",
     rule("\"syscalls\": [\"mkdir\"], \"action\": \"allow\",\n\"errno\": \"EPERM\""),
     {"p:5:1: error: \"errno\" only belongs to \"action\": \"deny\""}},
    {"audit_of_rule",
     mkdir_rule("\"audit\": \"yes\""),
     {"p:5:10: error: expected true or false for \"audit\", found the string 'yes'"}},
    {"emulate_of_deny",
     mkdir_rule("\"emulate\": {}"),
     {"p:5:12: error: \"emulate\" only belongs in a rule with \"action\": \"emulate\""}},
    {"emulate_key",
     rule("\"syscalls\": [\"mkdir\"], \"action\": \"emulate\",\n\"emulate\": {\"mode_mas\": \"0700\"}"),
     {"p:5:13: error: unknown key 'mode_mas' in \"emulate\"; did you mean 'mode_mask'?"}},
    {"emulate_what_is_not_emulated",
     rule("\"syscalls\": [\"mkdir\", \"rmdir\"], \"action\": \"emulate\""),
     {"p:4:23: error: 'rmdir' can't be emulated by scsup yet; \"allow\" or \"deny\" it"}},
    {"condition_without_argument",
     rule("\"syscalls\": [\"getppid\"], \"action\": \"deny\", \"mode\": \"0700\""),
     {"p:4:14: error: 'getppid' has no argument 'mode'; it can't be in this rule"}},
    {"condition_without_argument_in_group",
     rule("\"syscalls\": [\"@mkdir\"], \"action\": \"deny\", \"uid\": 0"),
     {"p:4:14: error: 'mkdir' (of '@mkdir') has no argument 'uid'; it can't be in this rule",
      "p:4:14: error: 'mkdirat' (of '@mkdir') has no argument 'uid'; it can't be in this rule"}},
    {"path_without_argument",
     rule("\"syscalls\": [\"getppid\"], \"action\": \"deny\", \"path\": \"/x\""),
     {"p:4:14: error: 'getppid' has no argument 'path'; it can't be in this rule"}},
    {"path_of_a_call_not_performed",
     rule("\"syscalls\": [\"rmdir\"], \"action\": \"deny\", \"path\": \"/x\""),
     {"p:4:14: error: 'rmdir' can't be in a rule with \"path\": scsup can't perform this call itself yet, so "
      "the target could change "
      "the path after it was judged"}},
    {"position_without_argument",
     rule("\"syscalls\": [\"mkdir\"], \"action\": \"deny\", \"args\": [\n{\"index\": 2, \"value\": 0, "
          "\"op\": \"SCMP_CMP_EQ\"}]"),
     {"p:5:1: error: 'mkdir' has no argument number 2"}},
    {"mode_number",
     mkdir_rule("\"mode\": 700"),
     {"p:5:9: error: expected an octal string for \"mode\", found the number 700: write \"0700\", JSON has "
      "no octal numbers"}},
    {"mode_decimal",
     mkdir_rule("\"mode\": 448"),
     {"p:5:9: error: expected an octal string for \"mode\", found the number 448: write it like \"0700\", "
      "JSON has no octal numbers"}},
    {"mode_digits",
     mkdir_rule("\"mode\": \"0800\""),
     {"p:5:9: error: expected an octal mode such as \"0700\" for \"mode\", found '0800'"}},
    {"mode_too_large",
     mkdir_rule("\"mode\": {\"any\": \"010000\"}"),
     {"p:5:17: error: a mode is at most \"07777\", found '010000' for \"any\" of \"mode\""}},
    {"mode_key",
     mkdir_rule("\"mode\": {\"nay\": \"0700\"}"),
     {"p:5:10: error: unknown key 'nay' in \"mode\"; did you mean 'any'?"}},
    {"mode_empty_list",
     mkdir_rule("\"mode\": []"),
     {"p:5:9: error: \"mode\" is an empty list: it would never hold"}},
    {"mode_empty_object", mkdir_rule("\"mode\": {}"), {"p:5:9: error: \"mode\" is empty: it asks nothing"}},
    {"mode_any_of_nothing",
     mkdir_rule("\"mode\": {\"any\": \"0\"}"),
     {"p:5:17: error: \"any\" names no bit: it would never hold"}},
    {"mode_none_of_nothing",
     mkdir_rule("\"mode\": {\"none\": \"0\"}"),
     {"p:5:18: error: \"none\" names no bit: it would always hold"}},
    {"mode_bounds",
     mkdir_rule("\"mode\": {\"min\": \"0700\", \"max\": \"077\"}"),
     {"p:5:17: error: \"min\" is above \"max\": \"mode\" would never hold"}},
    {"unknown_at_flag",
     rule("\"syscalls\": [\"fchmodat2\"], \"action\": \"deny\",\n\"flags\": [\"AT_SYMLINK_NOFOLOW\"]"),
     {"p:5:11: error: unknown flag 'AT_SYMLINK_NOFOLOW'; did you mean 'AT_SYMLINK_NOFOLLOW'?"}},
    {"no_flags",
     rule("\"syscalls\": [\"fchmodat2\"], \"action\": \"deny\",\n\"flags\": 0"),
     {"p:5:10: error: \"flags\" names no flag: it would always hold; to refuse flags write {\"none\": "
      "[...]}"}},
    {"user_name",
     rule("\"syscalls\": [\"setuid\"], \"action\": \"deny\",\n\"uid\": [0, \"root\"]"),
     {"p:5:12: error: expected a number for \"uid\", found the string 'root'; names of users and groups are "
      "not looked up"}},
    {"negative_uid",
     rule("\"syscalls\": [\"setuid\"], \"action\": \"deny\",\n\"uid\": -1"),
     {"p:5:8: error: expected a whole number from 0 to 4294967295 for \"uid\", found the number -1; as an "
      "unsigned number it is 4294967295"}},
    {"gid_too_large",
     rule("\"syscalls\": [\"setgid\"], \"action\": \"deny\",\n\"gid\": {\"max\": 4294967296}"),
     {"p:5:16: error: expected a whole number from 0 to 4294967295 for \"max\" of \"gid\", found the number "
      "4294967296"}},
};
INSTANTIATE_TEST_SUITE_P(Supervise, BadPolicy, testing::ValuesIn(bad_supervise), case_name);

const Bad bad_path[] = {
    {"number",
     mkdir_rule("\"path\": 5"),
     {"p:5:9: error: expected a string for \"path\", found the number 5"}},
    {"empty_list",
     mkdir_rule("\"path\": []"),
     {"p:5:9: error: \"path\" is an empty list: it would match nothing"}},
    {"empty", mkdir_rule("\"path\": [\"/a\", \"\"]"), {"p:5:17: error: an empty path matches nothing: ''"}},
    {"open_class", mkdir_rule("\"path\": \"/a/[bc\""), {"p:5:13: error: '[' is not closed by ']': '/a/[bc'"}},
    {"class_of_bracket",
     mkdir_rule("\"path\": \"/a/[]\""),
     {"p:5:13: error: '[' is not closed by ']': '/a/[]'"}},
    {"open_brace",
     mkdir_rule("\"path\": \"/{a,{b}\""),
     {"p:5:11: error: '{' is not closed by '}': '/{a,{b}'"}},
    {"stray_brace",
     mkdir_rule("\"path\": \"/a}\""),
     {"p:5:12: error: '}' without '{'; for a plain '}' write '\\}': '/a}'"}},
    {"escaped_so_the_string_is_meant",
     mkdir_rule("\"path\": \"\\/a/[bc\""),
     {"p:5:9: error: '[' is not closed by ']': '/a/[bc'"}},
    {"relative",
     mkdir_rule("\"path\": \"a/b\""),
     {"p:5:9: error: a path starts with '/', '~' or '${PWD}': it is compared with the whole resolved path: "
      "'a/b'"}},
    {"double_star_first",
     mkdir_rule("\"path\": \"**/b\""),
     {"p:5:10: error: a path starts with '/', '~' or '${PWD}'; for any directory write '/**': '**/b'"}},
    {"unknown_name",
     mkdir_rule("\"path\": \"${PDW}/b\""),
     {"p:5:10: error: unknown name '${PDW}' in a path; did you mean 'PWD'?: '${PDW}/b'"}},
    {"home_by_name",
     mkdir_rule("\"path\": \"${HOME}/b\""),
     {"p:5:10: error: unknown name '${HOME}' in a path; write '~' for the home directory: '${HOME}/b'"}},
    {"open_name",
     mkdir_rule("\"path\": \"${PWD/b\""),
     {"p:5:10: error: '${' is not closed by '}': '${PWD/b'"}},
    {"other_home",
     mkdir_rule("\"path\": \"~joe/b\""),
     {"p:5:9: error: '~' stands for the own home only: write '~' or '~/...', or '\\~' for a plain '~': "
      "'~joe/b'"}},
    {"dot_dot",
     mkdir_rule("\"path\": \"/a/../b\""),
     {"p:5:9: error: a component '..' never matches: resolved paths have none: '/a/../b'"}},
    {"nul", mkdir_rule("\"path\": \"/a\\u0000b\""), {"p:5:9: error: no path holds a NUL byte: '/a\\x00b'"}},
};
INSTANTIATE_TEST_SUITE_P(Path, BadPolicy, testing::ValuesIn(bad_path), case_name);

// Rules that can't be reached. Each stands in a line of its own, from line 3.
const Bad unreachable[] = {
    {"all_decided",
     rules("{\"id\": \"a\", \"syscalls\": [\"@mkdir\"], \"action\": \"deny\"},\n"
           "{\"id\": \"b\", \"syscalls\": [\"mkdir\"], \"path\": \"/x\", \"action\": \"allow\"}"),
     {"p:4:1: error: rule 'b' can never be reached: rule 'a' at line 3 decides every mkdir"}},
    {"decided_without_ids",
     rules("{\"syscalls\": [\"@mkdir\"], \"action\": \"deny\"},\n"
           "{\"syscalls\": [\"mkdir\", \"mkdirat\"], \"mode\": \"0700\", \"action\": \"allow\"}"),
     {"p:4:1: error: this rule can never be reached: the rule at line 3 decides every mkdir and mkdirat"}},
    {"decided_by_several",
     rules("{\"syscalls\": [\"mkdir\"], \"action\": \"deny\"},\n"
           "{\"syscalls\": [\"mkdirat\"], \"action\": \"deny\"},\n"
           "{\"id\": \"c\", \"syscalls\": [\"@mkdir\"], \"action\": \"allow\"}"),
     {"p:5:1: error: rule 'c' can never be reached: the rules before it decide all of its calls"}},
    {"identical",
     rules("{\"id\": \"a\", \"syscalls\": [\"@mkdir\"], \"path\": [\"/x\", \"/y\"], \"mode\": [\"0700\", "
           "\"0711\"], \"action\": \"deny\"},\n"
           "{\"id\": \"b\", \"syscalls\": [\"mkdirat\"], \"mode\": [\"0711\", \"0700\"], \"path\": \"/y\", "
           "\"action\": \"allow\"}"),
     {"p:4:1: error: rule 'b' can never be reached: rule 'a' at line 3 decides the same calls under the same "
      "conditions"}},
};
INSTANTIATE_TEST_SUITE_P(Unreachable, BadPolicy, testing::ValuesIn(unreachable), case_name);

const Bad doubtful[] = {
    {"two_conditions_on_one_argument",
     arguments("{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"},\n{\"index\": 0, \"value\": 2, \"op\": "
               "\"SCMP_CMP_EQ\"}"),
     {"p:4:1: warning: this entry has a second condition on argument 0: as in runc, any one of its "
      "conditions then suffices"}},
    {"errno_and_its_name_differ",
     entries("{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 1, \"errno\": \"EACCES\"}"),
     {"p:2:70: warning: 'EACCES' is 13, but \"errnoRet\" says 1; the number counts, as in Docker"}},
    {"errno_without_use",
     entries("{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ALLOW\", \"errnoRet\": 1}"),
     {"p:2:58: warning: \"errnoRet\" has no effect: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take it"}},
    {"no_names",
     entries("{\"names\": [], \"action\": \"SCMP_ACT_ALLOW\"}"),
     {"p:2:11: warning: \"names\" is empty: this entry has no effect"}},
};
INSTANTIATE_TEST_SUITE_P(Doubtful, BadPolicy, testing::ValuesIn(doubtful), case_name);

TEST(Rules, ThatOverlapInPartCanBeReached) {
  EXPECT_EQ(remarks(rules("{\"syscalls\": [\"mkdir\"], \"action\": \"deny\"},\n"
                          "{\"syscalls\": [\"@mkdir\"], \"action\": \"allow\"}")),
            std::vector<std::string>{});
  EXPECT_EQ(remarks(rules("{\"syscalls\": [\"mkdir\"], \"path\": \"/**\", \"action\": \"deny\"},\n"
                          "{\"syscalls\": [\"mkdir\"], \"action\": \"allow\"}")),
            std::vector<std::string>{});
  EXPECT_EQ(remarks(rules("{\"syscalls\": [\"mkdir\"], \"mode\": {\"any\": \"07\"}, \"action\": \"deny\"},\n"
                          "{\"syscalls\": [\"mkdir\"], \"mode\": {\"all\": \"07\"}, \"action\": \"allow\"}")),
            std::vector<std::string>{});
}

TEST(Rules, WithMistakesDecideNothingForTheRulesAfterThem) {
  EXPECT_EQ(remarks(rules("{\"syscalls\": [\"mkdir\"], \"path\": 5, \"action\": \"deny\"},\n"
                          "{\"syscalls\": [\"mkdir\"], \"action\": \"allow\"}")),
            std::vector<std::string>{"p:3:33: error: expected a string for \"path\", found the number 5"});
}

TEST(Mistakes, AreAllReportedInFileOrder) {
  EXPECT_EQ(remarks("{\n \"defaultAction\": \"SCMP_ACT_ALLOW\", \"defaultAction\": \"SCMP_ACT_LOG\",\n"
                    " \"supervise\": {\"rules\": [\n"
                    "  {\"syscalls\": [\"mkdirr\", \"@chmo\"], \"action\": \"deni\"},\n"
                    "  {\"syscalls\": [\"chmod\"], \"mode\": 700, \"path\": \"x\", \"action\": \"deny\"}]},\n"
                    " \"syscalls\": [{\"names\": [1]}]\n}"),
            (std::vector<std::string>{"p:2:37: error: duplicate key 'defaultAction'; it is already at 2:2",
                                      "p:4:17: error: unknown syscall 'mkdirr'; did you mean 'mkdir'?",
                                      "p:4:27: error: unknown group '@chmo'; did you mean '@chmod'?",
                                      "p:4:47: error: unknown action 'deni'; did you mean 'deny'?",
                                      "p:5:35: error: expected an octal string for \"mode\", found the "
                                      "number 700: write \"0700\", JSON has no octal numbers",
                                      "p:5:48: error: a path starts with '/', '~' or '${PWD}': it is "
                                      "compared with the whole resolved path: 'x'",
                                      "p:6:15: error: this entry has no \"action\"",
                                      "p:6:26: error: expected a string for \"names\", found the number 1"}));
}

TEST(Mistakes, AreCutOffWhenTheFileIsNothingElse) {
  std::string text =
      "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"supervise\": {\"rules\": [{\"action\": \"deny\", "
      "\"syscalls\": [\"x\"";
  for (int i = 0; i < 100'000; ++i) text += ", \"mkdirr\"";
  text += "]}]}}";
  auto found = remarks(text);
  EXPECT_EQ(found.size(), policy_mistake_limit + 1);
  EXPECT_EQ(found.back(), "p: error: there may be more mistakes; correct these first");
}

TEST(HostilePolicy, NestingIsRefusedAtOnce) {
  for (const char* open : {"[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += open;
    std::string at = std::to_string(policy_depth_limit * std::string(open).size() + 1);
    EXPECT_EQ(remarks(text), std::vector<std::string>{
                                 "p:1:" + at + ": error: nested too deep: a policy has at most 32 levels"});
  }
}

TEST(HostilePolicy, SizeIsRefusedWithoutReading) {
  std::string text(policy_size_limit + 1, ' ');
  EXPECT_EQ(remarks(text), std::vector<std::string>{"p: error: the policy is larger than 16 MiB"});
  text.pop_back();
  text[0] = ']';
  EXPECT_EQ(remarks(text), std::vector<std::string>{"p:1:1: error: expected a policy, '{...}', found ']'"});
}

TEST(HostilePolicy, SoManyValuesAreRefused) {
  std::string text = "{\"a\": [0";
  for (int i = 0; i < 1'000'000; ++i) text += ",0";
  EXPECT_EQ(remarks(text + "]}").at(0), "p:1:2000008: error: more than 1000000 values in one policy");
}

TEST(HostilePolicy, WordsCantWriteIntoTheTerminal) {
  EXPECT_EQ(remarks(file("\"\\u001b[2J\\n\": 1, \"supervise\": {}")),
            std::vector<std::string>{"p:2:1: error: unknown key '\\x1b[2J\\x0a' in the policy"});
  std::string word(100, 'x');
  EXPECT_EQ(
      remarks("{\"" + word + "\": 1, \"supervise\": {}}"),
      std::vector<std::string>{"p:1:2: error: unknown key '" + word.substr(0, 80) + "...' in the policy"});
}

TEST(Profile, IsReadAsDockerMeansIt) {
  Profile p = document(R"({
    "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "defaultErrno": "ENOSYS",
    "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
                {"architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null}],
    "architectures": null, "flags": ["SECCOMP_FILTER_FLAG_LOG"], "listenerPath": "", "listenerMetadata": "m", "comment": "",
    "syscalls": [
      {"names": ["read", "no_such_call"], "action": "SCMP_ACT_ALLOW", "args": null, "comment": "c", "includes": {}, "excludes": {}},
      {"name": "socket", "action": "SCMP_ACT_ERRNO", "errnoRet": 22, "errno": "EINVAL",
       "args": [{"index": 0, "value": 16, "valueTwo": 0, "op": "SCMP_CMP_NE"},
                {"index": 5, "value": 18446744073709551615, "valueTwo": 7, "op": "SCMP_CMP_MASKED_EQ"}],
       "includes": {"caps": ["CAP_SYS_ADMIN"], "arches": ["amd64"], "minKernel": "4.8"}, "excludes": {"caps": ["CAP_BPF"]}}]})")
                  .profile;
  EXPECT_EQ(p.default_action->value, ProfileAction::error);
  EXPECT_EQ(p.default_action->place, (Place{2, 22}));
  EXPECT_EQ(p.default_errno_ret, 38u);
  ASSERT_EQ(p.arch_map.size(), 2u);
  EXPECT_EQ(p.arch_map[0].architecture.value, "SCMP_ARCH_X86_64");
  EXPECT_EQ(p.arch_map[0].sub.at(1).value, "SCMP_ARCH_X32");
  EXPECT_EQ(p.flags.at(0).value, "SECCOMP_FILTER_FLAG_LOG");
  ASSERT_EQ(p.entries.size(), 2u);
  EXPECT_EQ(p.entries[0].place, (Place{7, 7}));
  EXPECT_EQ(p.entries[0].names.at(1).value, "no_such_call");
  EXPECT_EQ(p.entries[0].names.at(1).place, (Place{7, 26}));
  EXPECT_EQ(p.entries[0].comment, "c");
  const ProfileEntry& socket = p.entries[1];
  EXPECT_EQ(socket.names.at(0).value, "socket");
  EXPECT_EQ(socket.errno_ret, 22u);
  EXPECT_EQ(socket.args.at(0).comparison.op, Compare::ne);
  EXPECT_EQ(socket.args.at(0).comparison.value, 16u);
  EXPECT_EQ(socket.args.at(1).comparison.arg, 5);
  EXPECT_EQ(socket.args.at(1).comparison.op, Compare::eq);
  EXPECT_EQ(socket.args.at(1).comparison.mask, ~std::uint64_t{0});
  EXPECT_EQ(socket.args.at(1).comparison.value, 7u);
  EXPECT_EQ(socket.includes.min_kernel, "4.8");
  EXPECT_EQ(socket.includes.arches.at(0).value, "amd64");
  EXPECT_EQ(socket.excludes.caps.at(0).value, "CAP_BPF");
}

TEST(Profile, KnowsEveryAction) {
  const std::pair<const char*, ProfileAction> actions[] = {{"KILL", ProfileAction::kill_thread},
                                                           {"KILL_THREAD", ProfileAction::kill_thread},
                                                           {"KILL_PROCESS", ProfileAction::kill_process},
                                                           {"TRAP", ProfileAction::trap},
                                                           {"ERRNO", ProfileAction::error},
                                                           {"TRACE", ProfileAction::trace},
                                                           {"ALLOW", ProfileAction::allow},
                                                           {"LOG", ProfileAction::log},
                                                           {"NOTIFY", ProfileAction::notify}};
  for (auto [word, action] : actions) {
    Document d =
        document(entries("{\"names\": [\"a\"], \"action\": \"SCMP_ACT_" + std::string(word) + "\"}"));
    EXPECT_EQ(d.profile.entries.at(0).action, action) << word;
  }
}

TEST(Profile, KnowsEveryOperator) {
  const std::pair<const char*, Compare> operators[] = {{"NE", Compare::ne}, {"LT", Compare::lt},
                                                       {"LE", Compare::le}, {"EQ", Compare::eq},
                                                       {"GE", Compare::ge}, {"GT", Compare::gt}};
  for (auto [word, op] : operators) {
    Document d =
        document(arguments("{\"index\": 1, \"value\": 9, \"op\": \"SCMP_CMP_" + std::string(word) + "\"}"));
    const Comparison& c = d.profile.entries.at(0).args.at(0).comparison;
    EXPECT_EQ(c.op, op) << word;
    EXPECT_EQ(c.value, 9u);
    EXPECT_EQ(c.mask, ~std::uint64_t{0});
  }
}

TEST(Profile, OfDebiansPodmanLoads) {
  const char* path = "/usr/share/containers/seccomp.json";
  std::ifstream in(path);
  if (!in) GTEST_SKIP() << path << " is missing (golang-github-containers-common)";
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_GT(document(text.str()).profile.entries.size(), 10u);
}

TEST(Supervise, IsReadWhole) {
  Supervise s = *document(R"({"supervise": {
    "audit": "all", "io_uring": "allow", "comment": "why", "default": {"action": "deny", "errno": "EACCES"},
    "rules": [
      {"id": "a.b_c-1", "syscalls": ["mkdir", "@chmod"], "path": ["/srv/{a,b}/**", "~/x[!a-z]?", "${PWD}/*"],
       "mode": {"any": "06000", "none": "0002", "all": "0400", "min": "0", "max": "07777"}, "action": "allow", "audit": true, "comment": "c"},
      {"syscalls": ["fchmodat2"], "flags": ["AT_EMPTY_PATH", "AT_SYMLINK_NOFOLLOW"], "mode": ["0700", "711"], "action": "deny"},
      {"syscalls": ["fchmodat2"], "flags": {"none": ["AT_EMPTY_PATH", 256]}, "path": "/p", "action": "emulate", "emulate": {"mode_mask": "0755"}},
      {"syscalls": ["setuid"], "uid": [0, 4294967295], "action": "deny", "errno": "ENOTSUP"},
      {"syscalls": ["setgid"], "gid": {"min": 1, "max": 999}, "action": "deny", "audit": false},
      {"syscalls": ["setgid"], "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_GT"}], "action": "allow"}]}})")
                     .supervise;
  EXPECT_EQ(s.audit, AuditScope::all);
  EXPECT_TRUE(s.allow_io_uring);
  EXPECT_EQ(s.fallback->action, RuleAction::deny);
  EXPECT_EQ(s.fallback->err, EACCES);
  ASSERT_EQ(s.rules.size(), 6u);
  const Rule& first = s.rules[0];
  EXPECT_EQ(first.id, "a.b_c-1");
  EXPECT_EQ(first.place, (Place{4, 7}));
  EXPECT_EQ(first.syscalls.at(1).value, "@chmod");
  EXPECT_EQ(first.paths.at(2).value, "${PWD}/*");
  EXPECT_EQ(first.paths.at(0).place, (Place{4, 67}));
  EXPECT_EQ(first.action, RuleAction::allow);
  EXPECT_EQ(first.audit, true);
  const ArgumentCondition& mode = first.conditions.at(0);
  EXPECT_EQ(mode.role, Role::mode);
  EXPECT_EQ(mode.place, (Place{5, 8}));
  EXPECT_EQ(mode.any, 06000u);
  EXPECT_EQ(mode.none, 2u);
  EXPECT_EQ(mode.all, 0400u);
  EXPECT_EQ(mode.min, 0u);
  EXPECT_EQ(mode.max, 07777u);
  EXPECT_EQ(s.rules[1].conditions.at(0).one_of, (std::vector<std::uint64_t>{0700, 0711}));
  EXPECT_EQ(s.rules[1].conditions.at(1).all, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
  EXPECT_EQ(s.rules[1].err, EPERM);
  EXPECT_EQ(s.rules[1].audit, std::nullopt);
  EXPECT_EQ(s.rules[2].conditions.at(0).none, AT_EMPTY_PATH | 256);
  EXPECT_EQ(s.rules[2].mode_mask, 0755u);
  EXPECT_EQ(s.rules[3].conditions.at(0).one_of, (std::vector<std::uint64_t>{0, 0xffffffff}));
  EXPECT_EQ(s.rules[3].err, ENOTSUP);
  EXPECT_EQ(s.rules[4].conditions.at(0).max, 999u);
  EXPECT_EQ(s.rules[4].audit, false);
  EXPECT_EQ(s.rules[5].args.at(0).comparison.op, Compare::gt);
}

TEST(Supervise, IsNeededNoMoreThanItsKey) {
  EXPECT_TRUE(document(R"({"supervise": {"audit": "denied"}})").supervise.has_value());
  EXPECT_FALSE(document(R"({"defaultAction": "SCMP_ACT_ALLOW"})").supervise.has_value());
}

TEST(Supervise, FchmodHasAnObjectToo) {
  document(rule("\"syscalls\": [\"fchmod\"], \"path\": \"/x\", \"action\": \"deny\""));
}

TEST(Supervise, TenThousandRulesAreReadQuickly) {
  std::string list;
  for (int i = 0; i < 10'000; ++i)
    list += std::string(i ? ",\n" : "") + "{\"id\": \"r" + std::to_string(i) +
            "\", \"syscalls\": [\"@mkdir\", \"@chmod\"], \"path\": [\"/srv/" + std::to_string(i) +
            "/**\"], \"action\": \"allow\"}";
  const std::clock_t start = std::clock();  // of this process alone: a busy machine doesn't count
  EXPECT_EQ(document(rules(list)).supervise->rules.size(), 10'000u);
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 20);
}

TEST(Diagnostics, AreRenderedWithTheirPlace) {
  Diagnostic warning{Diagnostic::Severity::warning, {6, 7}, "w"};
  EXPECT_EQ(render("a.json", warning), "a.json:6:7: warning: w");
  EXPECT_EQ(render("a.json", Place{6, 7}), "a.json:6:7");
  EXPECT_EQ(render("a.json", Place{}), "a.json");
  EXPECT_FALSE(has_errors({warning}));
  EXPECT_TRUE(has_errors({warning, {Diagnostic::Severity::error, {}, "e"}}));
}

TEST(DidYouMean, NamesTheClosestWordOrNone) {
  const std::string_view words[] = {"mkdir", "mknod", "rmdir", "SCMP_ACT_ERRNO"};
  EXPECT_EQ(did_you_mean("mkdri", words), "; did you mean 'mkdir'?");
  EXPECT_EQ(did_you_mean("MKDIR", words), "; did you mean 'mkdir'?");
  EXPECT_EQ(did_you_mean("rmdirr", words), "; did you mean 'rmdir'?");
  EXPECT_EQ(did_you_mean("ERRNO", words), "; did you mean 'SCMP_ACT_ERRNO'?");
  EXPECT_EQ(did_you_mean("xyz", words), "");
  EXPECT_EQ(did_you_mean("", words), "");
}

TEST(ErrnoNames, AreThoseOfErrnoH) {
  EXPECT_EQ(errno_by_name("EACCES"), 13);
  EXPECT_EQ(errno_by_name("EWOULDBLOCK"), EAGAIN);
  EXPECT_EQ(errno_by_name("eacces"), std::nullopt);
  EXPECT_EQ(errno_name(EAGAIN), "EAGAIN");
  EXPECT_EQ(errno_name(EOPNOTSUPP), "EOPNOTSUPP");
  EXPECT_EQ(errno_name(0), "");
  EXPECT_EQ(errno_name(4095), "");
  for (std::string_view name : all_errno_names()) {
    int number = errno_by_name(name).value();
    EXPECT_STREQ(std::string(name == "EWOULDBLOCK" ? "EAGAIN"
                             : name == "EDEADLOCK" ? "EDEADLK"
                             : name == "ENOTSUP"   ? "EOPNOTSUPP"
                                                   : name)
                     .c_str(),
                 strerrorname_np(number));
  }
  for (int number = 1; number < 134; ++number)
    EXPECT_EQ(errno_name(number), strerrorname_np(number) ? strerrorname_np(number) : "") << number;
}

}  // namespace
}  // namespace scsup

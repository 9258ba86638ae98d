// An engine's seccomp section with a policy's calls added.
#include "supervisor/policy/engines/merged_profile.h"

#include "supervisor/policy/text/json_text.h"
#include "tests/unit/policy_sample.h"

namespace scsup {
namespace {

constexpr const char* on_paths =
    R"({"supervise": {"rules": [{"syscalls": ["@mkdir"], "path": "/a", "action": "allow"}]}})";
constexpr const char* agent = R"(,"listenerPath":"/run/l.sock","listenerMetadata":"policy=p;sha=1"})";

Json tree(const std::string& text) {
  Diagnostics mistakes;
  auto json = read_json(text, mistakes);
  EXPECT_TRUE(json) << text;
  return json ? std::move(*json) : Json{};
}

std::string merge(const std::string& section, const std::string& with) {
  const auto made =
      merged_profile(tree(section), "config.json", *test::policy(with), {"/run/l.sock", "policy=p;sha=1"});
  return made ? json_text(*made) : made.error().text();
}

struct Case {
  const char* name;
  std::string section, merged;  // entries only
};

std::string with_entries(const std::string& entries) {
  return R"({"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":1,"syscalls":[)" + entries + "]";
}

class Merged : public testing::TestWithParam<Case> {};

TEST_P(Merged, IsAsWritten) {
  const std::string made = merge(with_entries(GetParam().section) + "}", on_paths);
  EXPECT_EQ(made, with_entries(GetParam().merged) + agent);
  EXPECT_EQ(merge(made, on_paths), made) << "a second time";
}

const Case cases[] = {
    {"allowed_is_notified", R"({"names":["read","mkdir","mkdirat"],"action":"SCMP_ACT_ALLOW"})",
     R"({"names":["read"],"action":"SCMP_ACT_ALLOW"},{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_NOTIFY"})"},
    {"logged_is_notified", R"({"names":["mkdir"],"action":"SCMP_ACT_LOG"})",
     R"({"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"})"},
    {"exec_is_notified", R"({"names":["umask","execve"],"action":"SCMP_ACT_ALLOW"})",
     R"({"names":["umask"],"action":"SCMP_ACT_ALLOW"},{"names":["execve"],"action":"SCMP_ACT_NOTIFY"})"},
    {"conditions_stay",
     R"({"names":["read","mkdir"],"action":"SCMP_ACT_ALLOW","args":[{"index":1,"value":448,"valueTwo":0,"op":"SCMP_CMP_EQ"}]})",
     R"({"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":1,"value":448,"valueTwo":0,"op":"SCMP_CMP_EQ"}]},)"
     R"({"names":["mkdir"],"action":"SCMP_ACT_NOTIFY","args":[{"index":1,"value":448,"op":"SCMP_CMP_EQ"}]})"},
    {"masks_stay",
     R"({"names":["mkdir"],"action":"SCMP_ACT_ALLOW","args":[{"index":1,"value":3072,"valueTwo":1024,"op":"SCMP_CMP_MASKED_EQ"}]})",
     R"({"names":["mkdir"],"action":"SCMP_ACT_NOTIFY","args":[{"index":1,"value":3072,"valueTwo":1024,"op":"SCMP_CMP_MASKED_EQ"}]})"},
    {"denied_stays",
     R"({"names":["mkdir"],"action":"SCMP_ACT_ERRNO","errnoRet":95},{"names":["mkdirat"],"action":"SCMP_ACT_KILL"})",
     R"({"names":["mkdir"],"action":"SCMP_ACT_ERRNO","errnoRet":95},{"names":["mkdirat"],"action":"SCMP_ACT_KILL"})"},
    {"denied_by_default_stays", R"({"names":["read"],"action":"SCMP_ACT_ALLOW"})",
     R"({"names":["read"],"action":"SCMP_ACT_ALLOW"})"},
    {"nothing_is_left_to_a_tracer", R"({"names":["mkdir","read"],"action":"SCMP_ACT_TRACE","errnoRet":5})",
     R"({"names":["read"],"action":"SCMP_ACT_TRACE","errnoRet":5},{"names":["mkdir"],"action":"SCMP_ACT_ERRNO","errnoRet":38})"},
};

INSTANTIATE_TEST_SUITE_P(MergedProfile, Merged, testing::ValuesIn(cases),
                         [](const auto& one) { return one.param.name; });

TEST(MergedProfile, WhatThePolicyDeniesByItselfIsDeniedByTheFilter) {
  EXPECT_EQ(
      merge(
          with_entries(R"({"names":["reboot","sync","futex"],"action":"SCMP_ACT_ALLOW"})") + "}",
          R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["reboot"], "action": "SCMP_ACT_KILL_PROCESS"},
                      {"names": ["sync", "futex"], "action": "SCMP_ACT_ERRNO", "errnoRet": 18}],
                      "supervise": {"audit": "trapped"}})"),
      with_entries(
          R"({"names":["sync"],"action":"SCMP_ACT_ERRNO","errnoRet":18},{"names":["futex"],"action":"SCMP_ACT_NOTIFY"},)"
          R"({"names":["reboot"],"action":"SCMP_ACT_KILL_PROCESS"})") +
          agent);
}

TEST(MergedProfile, AnAllowListAsksAboutAllElse) {
  const std::string made = merge(
      with_entries(R"({"names":["write","read","getpid"],"action":"SCMP_ACT_ALLOW"})") + "}",
      R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["write", "read"], "action": "SCMP_ACT_ALLOW"}]})");
  EXPECT_EQ(
      made,
      with_entries(
          R"({"names":["write","read"],"action":"SCMP_ACT_ALLOW"},{"names":["getpid"],"action":"SCMP_ACT_NOTIFY"})") +
          agent);
}

TEST(MergedProfile, WithoutASectionEverythingThatThePolicyLetsThroughIsListed) {
  const std::string made = merge("null", on_paths);
  EXPECT_TRUE(made.starts_with(
      R"({"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64"],"defaultErrnoRet":38,)"))
      << made;
  EXPECT_NE(made.find(R"("mkdir","mkdirat")"), std::string::npos) << made;
  EXPECT_EQ(merge(made, on_paths), made) << "a second time";
}

TEST(MergedProfile, AbisThatThePolicyDoesNotAdmitAreNotAdmitted) {
  const std::string section =
      R"({"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"],"syscalls":[]})";
  EXPECT_NE(merge(section, on_paths).find(R"("architectures":["SCMP_ARCH_X86_64"])"), std::string::npos);
  EXPECT_NE(merge(section, R"({"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"]})")
                .find(R"("architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86"])"),
            std::string::npos);
}

TEST(MergedProfile, WhatCannotBeDoneIsSaid) {
  EXPECT_EQ(merge("null", R"({"supervise": {"trap": ["write"]}})"),
            "container runtimes need 'write' before they start the program, and the policy doesn't simply "
            "allow it: "
            "supervise.trap at p.json:1:25");
  EXPECT_EQ(merge("{}", on_paths), merge("null", on_paths));
  EXPECT_EQ(merge(R"({"defaultAction":"SCMP_ACT_TRACE"})", on_paths).substr(0, 66),
            "config.json:1:18: error: the engine's profile leaves calls to a tr");
  EXPECT_EQ(merge(R"({"defaultAction":"SCMP_ACT_ERRNO","syscalls":{"a":1}})", on_paths),
            "config.json:1:46: error: expected a list for \"syscalls\", found an object");
  EXPECT_EQ(merge("[]", on_paths),
            "config.json:1:1: error: expected an object for \"seccomp\", found a list");
  const std::string twice = merge(R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
{"names":["umask"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ"},{"index":0,"value":2,"op":"SCMP_CMP_EQ"}]}]})",
                                  on_paths);
  EXPECT_EQ(twice.substr(0, 77),
            "config.json: error: the \"args\" of 'umask' at 2:1 can't be turned around, as i")
      << twice;
}

}  // namespace
}  // namespace scsup

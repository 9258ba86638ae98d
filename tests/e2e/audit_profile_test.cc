// scsup-audit profile: a profile that it makes runs what was recorded, and it says what it can't know.
#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class AuditProfile : public ScsupTest {
 protected:
  void record(const std::string& rules, const std::string& script) const {
    const Finished done = supervised(policy(rules), {"sh", "-c", script}, {"--quiet"});
    ASSERT_EQ(done.code(), 0) << done.err;
  }
  Finished profile(Words options = {}, const Words& command = {}) const {
    Words words = {audit_program(), "profile"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back(at("audit.jsonl"));
    words.insert(words.end(), command.begin(), command.end());
    return run(plain(words));
  }
  static constexpr const char* records_all =
      R"({"defaultAction": "SCMP_ACT_ALLOW", "supervise": {"audit": "all"}})";
};

TEST_F(AuditProfile, OfACompleteLogItAllowsWhatWasDoneAndNotMuchElse) {
  record(records_all, "mkdir a; touch f; chmod 700 f; ls > /dev/null");
  const Finished made = profile();
  EXPECT_EQ(made.code(), 0);
  EXPECT_EQ(made.err, "");
  const Json json = Json::parse(made.out);
  EXPECT_EQ(json["defaultAction"], "SCMP_ACT_ERRNO");
  EXPECT_EQ(json["archMap"],
            Json::parse(R"([{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []}])"));
  const std::string seen = json["syscalls"][0]["names"].dump();
  for (const char* name : {"\"mkdir\"", "\"fchmodat\"", "\"execve\"", "\"getdents64\""})
    EXPECT_NE(seen.find(name), std::string::npos) << name << seen;
  EXPECT_EQ(made.out.find("\"getpriority\""), std::string::npos);

  const std::string file = policy(made.out, "profile.json");
  const Finished checked = scsup({"policy", "check", file});
  EXPECT_EQ(checked.code(), 0);
  EXPECT_EQ(checked.out, "");
  EXPECT_EQ(
      supervised(file, {"sh", "-c", "mkdir b; touch f; chmod 700 f; ls > /dev/null"}, {"--quiet"}).code(), 0);
  EXPECT_NE(supervised(file, {"nice"}, {"--quiet"}).code(), 0);  // getpriority
}

TEST_F(AuditProfile, HasWhatRuntimesNeedThemselves) {
  record(records_all, "true");
  const std::string made = profile().out;
  for (const char* name : {"\"capset\"", "\"setgroups\"", "\"prctl\"", "\"write\""})
    EXPECT_NE(made.find(name), std::string::npos) << name;
}

TEST_F(AuditProfile, WhatTheFilterLetThroughIsSaidLoudly) {
  record(R"({"supervise": {"rules": [{"syscalls": ["@chmod"], "action": "deny"}]}})",
         "mkdir a; chmod 700 a; true");
  const Finished open = profile();
  EXPECT_EQ(open.err.substr(0, 32), "scsup: this profile is TOO NARRO") << open.err;
  EXPECT_NE(open.err.find("\"supervise\": {\"audit\": \"all\"}"), std::string::npos);
  EXPECT_NE(open.err.find("denied in the log, and not allowed here: fchmodat\n"), std::string::npos)
      << open.err;
  EXPECT_NE(Json::parse(open.out)["syscalls"][0]["comment"].get<std::string>().find("TOO NARROW"),
            std::string::npos);
}

TEST_F(AuditProfile, AListThatTheFilterAllowedIsTakenOver) {
  record(records_all, "true");
  const std::string list = policy(profile().out, "list.json");
  ASSERT_EQ(supervised(list, {"true"}, {"--audit", at("second.jsonl")}).code(), 0);
  const Finished made = run(plain({audit_program(), "profile", at("second.jsonl")}));
  EXPECT_EQ(made.err.substr(0, 46), "scsup: this profile may be wider than needed: ") << made.err;
  EXPECT_EQ(scsup({"policy", "check", policy(made.out, "again.json")}).code(), 0);
  EXPECT_EQ(supervised(at("again.json"), {"true"}).code(), 0);
}

TEST_F(AuditProfile, VerifyRunsACommandUnderIt) {
  record(records_all, "mkdir a");
  EXPECT_EQ(profile({"--verify"}, {"--", "sh", "-c", "mkdir b"}).code(), 0);
  EXPECT_TRUE(read_file(at("b")).empty());
  const Finished other = profile({"--verify"}, {"--", "nice"});
  EXPECT_NE(other.code(), 0);
  EXPECT_EQ(profile({"--verify"}).err, "scsup: --verify needs a command: -- CMD\n");
  EXPECT_EQ(profile({}, {"--", "true"}).err, "scsup: a command is for --verify only\n");
}

TEST_F(AuditProfile, AnEmptyLogMakesNone) {
  write_file(at("audit.jsonl"), "");
  const Finished none = profile();
  EXPECT_EQ(none.code(), 1);
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(none.err, "scsup: there is no call in the log to make a profile of\n");
}

}  // namespace
}  // namespace scsup::e2e

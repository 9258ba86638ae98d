// scsup-audit why: from the log alone, on logs that scsup has written and on forged ones.
#include <filesystem>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class AuditWhy : public ScsupTest {
 protected:
  void record(const std::string& rules, const std::string& script) const {
    const Finished done = supervised(policy(rules), {"sh", "-c", script}, {"--quiet"});
    ASSERT_EQ(done.code(), 0) << done.err;
    std::filesystem::remove(at("policy.json"));  // the log alone must suffice
  }
  Finished audit(Words words) const {
    words.insert(words.begin(), audit_program());
    return run(plain(words));
  }
  // The number of the only denied call with that errno.
  std::string denied(const std::string& err) const {
    std::string seq = "none";
    for (const Json& call : calls("deny"))
      if (call["errno"] == err) seq = std::to_string(call["seq"].get<int>());
    return seq;
  }
  Json why(const std::string& seq) const {
    return Json::parse(audit({"why", "--json", seq, at("audit.jsonl")}).out);
  }
};

TEST_F(AuditWhy, TheRuleIsQuotedAndTheOnesThatNearlyMatchedAreNamed) {
  record(R"({
  "supervise": {
    "default": {"action": "deny", "errno": "EACCES"},
    "rules": [
      {"id": "no-setid", "syscalls": ["@chmod"], "mode": {"any": "06000"}, "action": "deny"},
      {"id": "here", "syscalls": ["@mkdir", "@chmod"], "path": "${PWD}/in/**", "action": "allow"},
      {"id": "far", "syscalls": ["@chmod"], "path": "/nowhere/**", "mode": "0123", "action": "allow"},
      {"id": "frozen", "syscalls": ["@chmod"],
       "path": "${PWD}/out", "action": "deny", "errno": "EROFS"}
    ]
  }
})",
         "mkdir in; touch out; chmod 0755 out; chmod 0700 .; true");
  const std::string file = at("policy.json");
  const Json by_rule = why(denied("EROFS"));
  EXPECT_EQ(by_rule["verdict"], "Denied with EROFS by rule frozen at " + file + ":8:7.");
  EXPECT_EQ(by_rule["decided"]["lines"],
            Json::parse(R"J(["     8        {\"id\": \"frozen\", \"syscalls\": [\"@chmod\"],",
  "     9         \"path\": \"${PWD}/out\", \"action\": \"deny\", \"errno\": \"EROFS\"}"])J"));
  ASSERT_EQ(by_rule["near"].size(), 2u) << by_rule;
  EXPECT_EQ(by_rule["near"][0]["id"], "no-setid");
  EXPECT_EQ(by_rule["near"][0]["unmet"], Json({"mode 0755 has none of the bits 06000 (" + file + ":5:50)"}));
  EXPECT_EQ(by_rule["near"][1]["unmet"],
            Json({at("out") + " doesn't match ${PWD}/in/** (" + file + ":6:64)"}));
  EXPECT_EQ(by_rule["further"], 1);  // less similar: path and mode
  EXPECT_EQ(by_rule["whole"], true) << by_rule;

  const Json by_default = why(denied("EACCES"));
  EXPECT_EQ(by_default["verdict"], "Denied with EACCES by supervise.default at " + file + ":3:16.");
  EXPECT_EQ(by_default["near"].size(), 3u) << by_default;

  const Finished text = audit({"why", denied("EROFS"), at("audit.jsonl")});
  EXPECT_EQ(text.code(), 0);
  EXPECT_NE(text.out.find("\nrule here at " + file + ":6:7\n     6        {\"id\": \"here\""),
            std::string::npos)
      << text.out;
  EXPECT_NE(text.out.find("\n        but mode 0755 has none of the bits 06000 ("), std::string::npos);
  EXPECT_NE(text.out.find("\n1 other rule names the call too, and is farther off.\n"), std::string::npos);
}

TEST_F(AuditWhy, OfTheDockerPartItNamesTheArgumentThatFails) {
  record(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13,
   "args": [{"index": 0, "value": 7, "op": "SCMP_CMP_EQ"}]},
  {"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 18,
   "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}]}]})",
         "nice || true");
  const Json one = why(denied("EXDEV"));
  EXPECT_EQ(one["verdict"], "Denied with EXDEV by the syscalls entry at " + at("policy.json") + ":4:3.");
  ASSERT_EQ(one["near"].size(), 1u) << one;
  EXPECT_EQ(one["near"][0]["unmet"],
            Json({"args[0] is 0x0, not equal to 0x7 (" + at("policy.json") + ":3:13)"}));
  EXPECT_EQ(one["whole"], true) << one;
}

TEST_F(AuditWhy, WhatNoRuleDecidedIsExplainedWithWhatCanBeDone) {
  record(R"({"supervise": {"rules": [{"syscalls": ["@mkdir"], "path": "/**", "action": "allow"}]}})",
         "mkdir '' || true");
  const Json one = why(denied("ENOENT"));
  EXPECT_EQ(one["verdict"].get<std::string>().substr(0, 28), "Denied with ENOENT by @path,") << one;
  EXPECT_NE(one["notes"][0].get<std::string>().find("may be searched"), std::string::npos);
  EXPECT_TRUE(one["decided"].is_null());
}

TEST_F(AuditWhy, ALogWithoutItsPolicySaysWhatTheRecordKnows) {
  record(R"({"supervise": {"rules": [{"id": "no", "syscalls": ["@chmod"], "action": "deny"}]}})",
         "chmod 700 . || true");
  std::string log;
  for (const std::string& line : lines_of(read_file(at("audit.jsonl"))))
    if (Json::parse(line)["type"] == "call") log += line + "\n";
  write_file(at("audit.jsonl"), log);
  const Finished done = audit({"why", "--json", denied("EPERM"), at("audit.jsonl")});
  EXPECT_EQ(done.code(), 1);
  const Json one = Json::parse(done.out);
  EXPECT_EQ(one["verdict"], "Denied with EPERM by rule no at " + at("policy.json") + ":1:26.");
  EXPECT_EQ(one["notes"][0].get<std::string>().substr(0, 49),
            "The log doesn't hold the text of the policy (its ");
}

TEST_F(AuditWhy, AMissingNumberAndAMistakeAreNamed) {
  record(R"({"supervise": {"rules": [{"syscalls": ["@chmod"], "action": "deny"}]}})", "chmod 700 . || true");
  const std::string log = at("audit.jsonl");
  EXPECT_EQ(audit({"why", "9999", log}).err, "scsup: no call 9999 is in the log\n");
  EXPECT_EQ(audit({"why", "9999", log}).code(), 1);
  EXPECT_EQ(audit({"why", log}).code(), 125);
  EXPECT_EQ(audit({"why", log}).err,
            "scsup: the number of a record (SEQ) is expected first, as the first column of `show` has it\n");
  // The same log twice: the number is ambiguous.
  write_file(at("two.jsonl"), read_file(log) + read_file(log));
  const Finished twice = audit({"why", denied("EPERM"), at("two.jsonl")});
  EXPECT_EQ(twice.code(), 1);
  EXPECT_EQ(twice.err.substr(0, 23), "scsup: there are 2 reco");
}

// Logs may be forged: numbers out of range, places that don't exist, escapes, an invalid policy.
TEST_F(AuditWhy, AForgedLogDrivesNoTerminal) {
  const std::string escape = "\\u001b]0;owned\\u0007\\u009b2J\\r\\n";
  const auto log = [&](const std::string& policy, const std::string& at_rule) {
    const Json text = policy;
    return R"({"type":"run","run":")" + escape + R"(","policy":{"file":")" + escape +
           R"(","sha":"00112233","text":)" + text.dump() + "}}\n" + R"({"type":"call","run":")" + escape +
           R"(","seq":1,"session":1,"sys":{"arch":"x86_64","nr":90,"name":")" + escape +
           R"(","args":["0x0","0x1ff"]},"obj":{"path":")" + escape + R"(","resolved":"/)" + escape +
           R"("},"act":"deny","errno":")" + escape + R"(","rule":{"id":"","at":")" + at_rule +
           R"("},"policy":{"sha":"0011223344"}})" + "\n";
  };
  const std::string rules =
      "{\"supervise\": {\"rules\": [{\"syscalls\": [\"chmod\"], \"path\": \"/\xc2\x9b\", \"action\": "
      "\"deny\"},"
      "{\"syscalls\": [\"chmod\"], \"action\": \"deny\"}]}}";
  const std::vector<std::string> logs = {log("\x1b[31m{", escape),
                                         log(rules, escape + ":1:89"),
                                         log(rules, "p:4294967295:4294967295"),
                                         log(rules, "p:1:99999999999999999999"),
                                         log(std::string(100000, '['), "p:1:1"),
                                         log("", "p:1:1")};
  for (const std::string& text : logs) {
    write_file(at("evil.jsonl"), text);
    for (const Words& options : {Words{}, Words{"--json"}}) {
      Words words = {"why"};
      words.insert(words.end(), options.begin(), options.end());
      words.insert(words.end(), {"1", at("evil.jsonl")});
      const Finished done = audit(words);
      EXPECT_LE(done.code(), 1) << done.err;
      for (const char c : done.out + done.err)
        EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f))
            << done.out << done.err;
      EXPECT_EQ((done.out + done.err).find("\xc2\x9b"), std::string::npos);
      EXPECT_NE(done.out, "");
    }
  }
}

}  // namespace
}  // namespace scsup::e2e

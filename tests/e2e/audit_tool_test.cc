// scsup-audit on logs that scsup has written, and on forged ones.
#include <signal.h>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class AuditTool : public ScsupTest {
 protected:
  // A run with two denials and two directories, one of which already exists.
  void record() const {
    const std::string rules = policy(R"({"supervise": {"default": {"action": "allow"}, "rules": [
  {"id": "no-chmod", "syscalls": ["@chmod"], "action": "deny", "errno": "EXDEV"},
  {"id": "make", "syscalls": ["@mkdir"], "path": "/**", "action": "allow", "audit": true}]}})");
    const Finished done =
        supervised(rules, {"sh", "-c", "mkdir a; mkdir a; chmod 700 a; chmod 701 a; true"}, {"--quiet"});
    ASSERT_EQ(done.code(), 0) << done.err;
  }
  Start tool(const Words& arguments) const {
    Words words = {audit_program()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return plain(words);
  }
  Finished audit(const Words& arguments) const { return run(tool(arguments)); }
  Json summary(Words options) const {
    options.insert(options.begin(), {"summary", "--json"});
    options.push_back(at("audit.jsonl"));
    return Json::parse(audit(options).out);
  }
};

TEST_F(AuditTool, SummaryAddsUpToTheLog) {
  record();
  const Json all = summary({});
  EXPECT_EQ(all["total"]["calls"], records("call").size());
  EXPECT_EQ(all["total"]["denied"], calls("deny").size());
  EXPECT_EQ(all["total"]["emulated"], calls("emulate").size());
  std::uint64_t ns = 0;
  for (const Json& call : records("call")) ns += call["dec_ns"].get<std::uint64_t>();
  EXPECT_EQ(all["total"]["total_ns"], ns);
  EXPECT_EQ(all["total"]["errors"], 1);  // the existing directory
  const Json rules = summary({"--by", "rule"});
  EXPECT_EQ(rules["rows"].size(), 2u);
  EXPECT_EQ(summary({"--act", "deny"})["total"]["calls"], 2);
  EXPECT_EQ(summary({"--path", at("a")})["total"]["calls"], 4);
  EXPECT_EQ(summary({"--exe", "mkdir"})["total"]["calls"], 2);
}

TEST_F(AuditTool, SummaryTellsOfWhomTheFilterHasKilled) {
  const std::string kills = policy(R"({"defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["chmod", "fchmodat"], "action": "SCMP_ACT_KILL_PROCESS"}]})");
  EXPECT_EQ(supervised(kills, {"chmod", "700", "."}, {"--quiet"}).code(), 1000 + SIGSYS);
  EXPECT_EQ(summary({})["deaths"], 1);
  const std::string table = audit({"summary", at("audit.jsonl")}).out;
  EXPECT_NE(table.find("1 process was ended by SIGSYS; what the filter kills for has no record\n"),
            std::string::npos)
      << table;
}

TEST_F(AuditTool, SummaryIsATableForPeople) {
  record();
  const Words lines = lines_of(audit({"summary", "--by", "rule", at("audit.jsonl")}).out);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0].substr(0, 37), "CALLS ALLOWED DENIED EMULATED ERRORS ");
  EXPECT_TRUE(lines[1].ends_with(" make") && lines[2].ends_with(" no-chmod")) << lines[1] << lines[2];
  EXPECT_TRUE(lines[3].ends_with(" (all)")) << lines[3];
  EXPECT_EQ(lines[4].substr(0, 5), "from ");
}

TEST_F(AuditTool, ShowIsALineForEachCallAndANumberShowsItWhole) {
  record();
  const Words lines = lines_of(audit({"show", "--act", "deny", at("audit.jsonl")}).out);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NE(lines[0].find(" deny    chmod["), std::string::npos) << lines[0];
  EXPECT_NE(lines[0].find(" = EXDEV, no-chmod at "), std::string::npos) << lines[0];
  const Json denied = calls("deny")[0];
  EXPECT_EQ(Json::parse(audit({"show", std::to_string(denied["seq"].get<int>()), at("audit.jsonl")}).out),
            denied);
  // As JSON: the log's own lines.
  std::string all;
  for (const std::string& line : lines_of(read_file(at("audit.jsonl")))) all += line + "\n";
  EXPECT_EQ(audit({"show", "--json", "--records", at("audit.jsonl")}).out, all);

  const Finished none = audit({"show", "999", at("audit.jsonl")});
  EXPECT_EQ(none.code(), 1);
  EXPECT_EQ(none.err, "scsup: no such call is in the log\n");
}

TEST_F(AuditTool, WithoutANameItReadsWhereScsupWrites) {
  record();
  Start start = tool({"summary", "--json"});
  start.env["SCSUP_AUDIT"] = at("audit.jsonl");
  EXPECT_EQ(Json::parse(run(start).out)["total"]["calls"], 4);
  start = tool({"summary", "--json", "-"});
  start.input = read_file(at("audit.jsonl"));
  EXPECT_EQ(Json::parse(run(start).out)["total"]["calls"], 4);
}

TEST_F(AuditTool, WhatCannotBeReadIsSaidAndTheRestIsUsed) {
  record();
  write_file(at("torn.jsonl"), "no log\n" + read_file(at("audit.jsonl")) + R"({"type":"call","se)");
  const Finished done = audit({"summary", "--json", at("torn.jsonl")});
  EXPECT_EQ(done.code(), 1);
  EXPECT_EQ(Json::parse(done.out)["total"]["calls"], 4);
  const Words said = lines_of(done.err);
  ASSERT_EQ(said.size(), 2u) << done.err;
  EXPECT_EQ(said[0].substr(0, (at("torn.jsonl") + ":1: no record").size()),
            at("torn.jsonl") + ":1: no record");
  EXPECT_EQ(audit({"summary", at("absent")}).code(), 125);
  EXPECT_EQ(audit({"summary", at("absent")}).err,
            "scsup: cannot open '" + at("absent") + "': No such file or directory\n");
  write_file(at("empty"), "");
  EXPECT_NE(audit({"summary", at("empty")}).out.find("no calls\n"), std::string::npos);
}

// Bytes that targets choose never reach a terminal unescaped.
TEST_F(AuditTool, HostileBytesStayBytes) {
  const std::string escape = "\\u001b]0;owned\\u0007\\u009b2J\\r\\n";
  write_file(at("evil.jsonl"), R"({"type":"call","seq":1,"time":")" + escape +
                                   R"(","proc":{"tid":1,"exe":"/x/)" + escape + R"("},"sys":{"name":")" +
                                   escape + R"("},"obj":{"path":")" + escape + R"("},"act":")" + escape +
                                   R"(","errno":")" + escape + R"(","rule":{"id":")" + escape +
                                   R"(","at":")" + escape + R"("}})" + "\n" + R"({"type":")" + escape +
                                   R"(","command":")" + escape + "\"}\n\x1b[31mno log\n");
  // In a form that our writer would never produce.
  write_file(at("evil.jsonl"), read_file(at("evil.jsonl")) +
                                   "{\"type\":\"call\",\"seq\":1,\"obj\":{\"path\":\"\xc2\x9b"
                                   "2J\x7f\"}}\n");
  for (const Words& words : {Words{"show", "--records"}, Words{"summary"}, Words{"summary", "--by", "path"},
                             Words{"summary", "--json"}, Words{"show", "1"}, Words{"show", "--json"}}) {
    Words arguments = words;
    arguments.push_back(at("evil.jsonl"));
    const Finished done = audit(arguments);
    for (const char c : done.out + done.err)
      EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f))
          << words[0] << done.out << done.err;
    EXPECT_EQ((done.out + done.err).find("\xc2\x9b"), std::string::npos);
  }
}

TEST_F(AuditTool, MistakesAreNamed) {
  const auto said = [&](const Words& words) { return audit(words).err; };
  EXPECT_EQ(said({"sumary"}), "scsup: there is no command 'sumary'; see --help\n");
  EXPECT_EQ(said({"summary", "--by", "moon"}),
            "scsup: --by takes syscall, path, exe, rule, container or errno\n");
  EXPECT_EQ(said({"summary", "x", "--by", "path"}),
            "scsup: options come before the logs, and '--by' doesn't\n");
  EXPECT_EQ(audit({}).code(), 125);
  for (const Words& help :
       {Words{"--help"}, Words{"summary", "--help"}, Words{"show", "--help"}, Words{"report", "--help"}}) {
    const Finished done = audit(help);
    EXPECT_EQ(done.code(), 0);
    EXPECT_LE(lines_of(done.out).size(), 24u) << done.out;
  }
}

}  // namespace
}  // namespace scsup::e2e

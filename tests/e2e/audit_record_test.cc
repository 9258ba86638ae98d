// The contents of the records.
#include <signal.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <regex>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

bool is_linux(int major, int minor) {
  utsname kernel{};
  uname(&kernel);
  int its_major = 0, its_minor = 0;
  std::sscanf(kernel.release, "%d.%d", &its_major, &its_minor);
  return std::pair(its_major, its_minor) >= std::pair(major, minor);
}

class AuditRecord : public ScsupTest {
 protected:
  std::vector<std::string> types() const {
    std::vector<std::string> types;
    for (const Json& record : records()) types.push_back(record["type"]);
    return types;
  }
  std::string scope(const std::string& audit) const {
    return policy(R"({"defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 51}],
  "supervise": {"audit": ")" +
                  audit + R"(", "rules": [
    {"id": "no-nice", "syscalls": ["setpriority"], "action": "deny", "errno": "ENOCSI"},
    {"id": "wanted", "syscalls": ["getsid"], "action": "deny", "errno": "EBADE", "audit": true}]}})");
  }
  // getpriority (denied by the Docker part), setpriority (by a rule), getsid (by a rule that requires a record).
  void make_the_calls(const std::string& audit) const {
    const std::string p = scope(audit);
    const std::string t = own_program("try_call");
    EXPECT_EQ(supervised(p, {t, "140", "0", "0"}).code(), 51);
    EXPECT_EQ(supervised(p, {t, "141", "0", "0", "0"}).code(), 50);
    EXPECT_EQ(supervised(p, {t, "124"}).code(), 52);
  }
  std::vector<std::string> denied_calls() const {
    std::vector<std::string> names;
    for (const Json& call : calls("deny")) names.push_back(call["sys"]["name"]);
    return names;
  }
};

TEST_F(AuditRecord, TellsOfARunInThisOrder) {
  supervised(shipped_policy("no-mkdir.json"), {"mkdir", "d"});
  EXPECT_EQ(types(), (Words{"run", "attach", "task", "call", "detach", "end"}));
  const auto all = records();
  for (const Json& record : all) EXPECT_EQ(record["run"], all[0]["run"]);
  EXPECT_EQ(all[0]["schema"], "scsup.audit.v1");
  EXPECT_EQ(all[0]["policy"]["text"], read_file(shipped_policy("no-mkdir.json")));
  EXPECT_EQ(all[0]["policy"]["sha"].get<std::string>().size(), 64u);
  EXPECT_NE(all[0]["filter"], "");
  EXPECT_EQ(all[0]["argv"].back(), "d");
  EXPECT_EQ(all[1]["command"], "mkdir");
  EXPECT_EQ(all[2]["sys"]["name"], "execve");
  for (const char* count : {"received", "answered", "recorded"}) EXPECT_EQ(all.back()[count], 2) << count;
  EXPECT_EQ(all.back()["denied"], 1);
  EXPECT_EQ(all.back()["lost"], 0);
}

TEST_F(AuditRecord, TellsOfWhomTheFilterHasKilled) {
  const std::string file = policy(R"({"defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["chmod", "fchmodat"], "action": "SCMP_ACT_KILL_PROCESS"}],
    "supervise": {"default": {"action": "allow"},
      "rules": [{"syscalls": ["@mkdir"], "path": "/**", "action": "allow"}]}})");
  EXPECT_EQ(supervised(file, {"chmod", "700", "."}).code(), 1000 + SIGSYS);
  ASSERT_EQ(records("death").size(), 1u);
  const Json death = records("death")[0];
  EXPECT_EQ(death["signal"], "SIGSYS");
  EXPECT_EQ(death["proc"]["comm"], "chmod");
  EXPECT_EQ(death["asked_at"], Json::array({file + ":2:18"}));
}

// A process other than the command, known to scsup because it has made a trapped call.
TEST_F(AuditRecord, TellsOfAProcessBelowThatTheFilterHasKilled) {
  if (!is_installed("python3")) GTEST_SKIP() << "python3 is missing";
  if (!is_linux(6, 15)) GTEST_SKIP() << "needs Linux 6.15, which tells how a process ended by its pidfd";
  const std::string file = policy(R"({"defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_KILL_PROCESS"}],
    "supervise": {"default": {"action": "allow"},
      "rules": [{"syscalls": ["@mkdir"], "path": "/**", "action": "allow"}]}})");
  supervised(file, {"sh", "-c", "python3 -c 'import os; os.mkdir(\"a\"); os.getpriority(0, 0)'; mkdir b"});
  ASSERT_EQ(records("death").size(), 1u);
  EXPECT_EQ(records("death")[0]["proc"]["pid"], records("call")[0]["proc"]["pid"]);
}

TEST_F(AuditRecord, OfADeniedCallSaysWhoWhatAndWhy) {
  const std::string p = shipped_policy("no-mkdir.json");
  supervised(p, {"mkdir", "-m", "0750", at("d")});
  ASSERT_EQ(calls("deny").size(), 1u);
  const Json call = calls("deny")[0];
  EXPECT_EQ(call["seq"], 4);  // after run, attach and the exec's task
  EXPECT_TRUE(std::regex_match(call["time"].get<std::string>(),
                               std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z)")));
  EXPECT_TRUE(std::regex_match(call["id"].get<std::string>(), std::regex("0x[0-9a-f]+")));
  const Json& proc = call["proc"];
  EXPECT_EQ(proc["comm"], "mkdir");
  EXPECT_TRUE(proc["exe"].get<std::string>().ends_with("/mkdir"));
  EXPECT_EQ(proc["cwd"], work());
  EXPECT_EQ(proc["uid"], getuid());
  EXPECT_EQ(proc["gid"], getgid());
  EXPECT_EQ(proc["pid"], proc["tid"]);
  EXPECT_TRUE(proc["start"].is_number() && proc["ppid"].is_number());
  const Json& sys = call["sys"];
  EXPECT_EQ(sys["arch"], "x86_64");
  EXPECT_EQ(sys["nr"], 83);
  EXPECT_EQ(sys["name"], "mkdir");
  ASSERT_EQ(sys["args"].size(), 2u);  // the arguments that mkdir uses; the other registers may hold anything
  for (const Json& argument : sys["args"])
    EXPECT_TRUE(std::regex_match(argument.get<std::string>(), std::regex("0x[0-9a-f]+")));
  EXPECT_EQ(call["obj"]["path"], at("d"));
  EXPECT_EQ(call["obj"]["mode"].get<std::string>()[0], '0');
  EXPECT_EQ(call["how"], "answered");
  EXPECT_EQ(call["errno"], "EPERM");
  EXPECT_EQ(call["rule"], (Json{{"id", "no-mkdir"}, {"at", p + ":6:7"}, {"default", false}}));
  EXPECT_EQ(call["out"], "delivered");
  EXPECT_GT(call["dec_ns"], 0);
}

TEST_F(AuditRecord, OfAPerformedCallSaysWhatThePathResolvedTo) {
  EXPECT_EQ(symlink(work().c_str(), at("link").c_str()), 0);
  const Finished done = supervised(shipped_policy("workspace.json"), {"mkdir", "link/./d"});
  EXPECT_EQ(done.code(), 0) << done.err;
  ASSERT_EQ(calls("allow").size(), 1u);
  const Json call = calls("allow")[0];
  EXPECT_EQ(call["obj"]["path"], "link/./d");
  EXPECT_EQ(call["obj"]["resolved"], at("d"));
  EXPECT_EQ(call["how"], "performed");
  EXPECT_EQ(call["ret"], 0);
  EXPECT_FALSE(call.contains("errno"));
  EXPECT_EQ(call["rule"]["id"], "workspace");
}

TEST_F(AuditRecord, NumbersRecordsWithoutGapsOverRuns) {
  int expected = 0;
  for (int run = 0; run < 3; ++run)
    supervised(shipped_policy("no-mkdir.json"), {"sh", "-c", "for i in 1 2 3; do mkdir d; done"});
  for (const Json& record : records()) EXPECT_EQ(record["seq"], ++expected) << record;
  EXPECT_EQ(records("call").size(), 9u);
}

TEST_F(AuditRecord, KeepsBytesThatAreNoText) {
  supervised(shipped_policy("no-mkdir.json"), {"mkdir", "a\xff\n\"b"});
  ASSERT_EQ(calls("deny").size(), 1u);
  const Json object = calls("deny")[0]["obj"];
  EXPECT_EQ(object["path"], "a\xef\xbf\xbd\n\"b");
  EXPECT_EQ(object["path_b64"], "Yf8KImI=");
}

TEST_F(AuditRecord, OfEveryDenialIsWrittenByDefault) {
  make_the_calls("denied");
  EXPECT_EQ(denied_calls(), (Words{"getpriority", "setpriority", "getsid"}));
  const Json docker = calls("deny")[0];
  EXPECT_EQ(docker["errno"], "EL2HLT");
  EXPECT_TRUE(docker["rule"]["at"].get<std::string>().ends_with("policy.json:2:16"));
}

TEST_F(AuditRecord, OfTheDockerPartIsLeftOutWhenTrappedCallsAreEnough) {
  make_the_calls("trapped");
  EXPECT_EQ(denied_calls(), (Words{"setpriority", "getsid"}));
}

TEST_F(AuditRecord, OfAllowedCallsIsWrittenWhenAllIsAskedFor) {
  make_the_calls("all");
  EXPECT_EQ(denied_calls(), (Words{"getpriority", "setpriority", "getsid"}));
  const auto allowed = calls("allow");
  EXPECT_GT(allowed.size(), 10u);
  for (const Json& call : allowed) EXPECT_EQ(call["how"], "continue") << call;
}

TEST_F(AuditRecord, AndNotificationAreSparedByARuleThatNeedsNeither) {
  const std::string p = policy(R"({"supervise": {"default": {"action": "allow"}, "rules": [
    {"syscalls": ["getpriority"], "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}],
     "action": "deny", "errno": "EBADE", "audit": false}]}})");
  EXPECT_EQ(supervised(p, {own_program("try_call"), "140", "2", "0"}).code(), 52);
  EXPECT_EQ(records("call").size(), 0u);
  EXPECT_EQ(records("end").at(0)["received"], records("task").size());
}

}  // namespace
}  // namespace scsup::e2e

// scsup-audit replay and coverage: what they predict is what really happens.
#include <algorithm>
#include <filesystem>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

// Every call that it names is let through, and recorded.
constexpr const char* records_all = R"({"defaultAction": "SCMP_ACT_ALLOW", "supervise": {"audit": "all"}})";

class AuditReplay : public ScsupTest {
 protected:
  Finished audit(Words words) const {
    words.insert(words.begin(), audit_program());
    return run(plain(words));
  }
  // Runs the script in a new directory, under that policy, with the log in `log`.
  void record(const std::string& file, const std::string& script, const std::string& log) const {
    std::filesystem::remove_all(at("place"));
    std::filesystem::create_directories(at("place/in"));
    Start start = under(file, {"sh", "-c", script}, {"--quiet", "--audit", at(log)});
    start.directory = at("place");
    const Finished done = run(start);
    ASSERT_EQ(done.code(), 0) << done.err;
  }
  Json replay(const std::string& file, const std::string& log, int status) const {
    const Finished done = audit({"replay", "--json", "--policy", file, at(log)});
    EXPECT_EQ(done.code(), status) << done.out << done.err;
    return Json::parse(done.out);
  }
  static std::string of(const std::string& from, const std::string& to, const std::string& call,
                        const std::string& path, const std::string& exe) {
    return from + " -> " + to + " " + call + " " + path + " " + exe;
  }
  // Each change, as often as it occurs, sorted.
  static Words changes(const Json& replayed) {
    Words all;
    for (const Json& one : replayed["changes"])
      for (int i = 0; i < one["calls"]; ++i)
        all.push_back(of(one["from"], one["to"], one["syscall"], one["path"], one["exe"]));
    std::ranges::sort(all);
    return all;
  }
  // The same for the denials that really happened.
  Words denials(const std::string& log) const {
    Words all;
    for (const Json& one : parse_records(read_file(at(log)))) {
      if (one["type"] != "call" || one["act"] != "deny") continue;
      const Json& object = one["obj"];
      all.push_back(of("allow", "deny " + one["errno"].get<std::string>(), one["sys"]["name"],
                       object.contains("resolved") ? object["resolved"] : object["path"],
                       one["proc"]["exe"]));
    }
    std::ranges::sort(all);
    return all;
  }
};

TEST_F(AuditReplay, NamesTheCallsThatTheOtherPolicyReallyDenies) {
  if (!is_installed("make")) GTEST_SKIP() << "make is not installed";
  write_file(
      at("Makefile"),
      "all: prog lib.a\n"
      "prog: ; echo '#!/bin/sh' > prog; chmod +x prog || true; mkdir -p out/deep && cp -p prog out || true\n"
      "lib.a: prog ; chmod 4711 prog || true; chmod 600 prog prog || true; mkdir out/deep || true\n");
  const std::string make = "make -s -f ../Makefile 2>/dev/null";
  record(policy(records_all), make, "all.jsonl");
  record(shipped_policy("no-chmod.json"), make, "denied.jsonl");
  const Json replayed = replay(shipped_policy("no-chmod.json"), "all.jsonl", 2);
  EXPECT_EQ(changes(replayed), denials("denied.jsonl"));
  EXPECT_GE(changes(replayed).size(), 4u);
  EXPECT_TRUE(replayed["untold"].empty()) << replayed["untold"];
  EXPECT_TRUE(replayed["decided_by_filters"].empty()) << replayed["decided_by_filters"];

  const Finished text = audit({"replay", "--policy", shipped_policy("no-chmod.json"), at("all.jsonl")});
  EXPECT_EQ(text.code(), 2);
  EXPECT_EQ(lines_of(text.out)[0].substr(0, 11), "CALLS FIRST");
  EXPECT_NE(text.out.find("allow deny EPERM fchmodat"), std::string::npos) << text.out;
}

TEST_F(AuditReplay, JudgesPathsAsTheyWereResolved) {
  const std::string wide = policy(R"({"supervise": {"audit": "all", "default": {"action": "allow"},
  "rules": [{"syscalls": ["@mkdir"], "path": "/**", "action": "allow"}]}})",
                                  "wide.json");
  const std::string narrow = policy(R"({"supervise": {"default": {"action": "deny", "errno": "EROFS"},
  "rules": [{"syscalls": ["@mkdir"], "path": "${PWD}/in/b/**", "action": "allow"}]}})",
                                    "narrow.json");
  // "in" exists, and is on the way to an allowed place: EEXIST.
  const std::string script =
      "mkdir in; ln -s in link; mkdir link/b; mkdir link/b/a; mkdir out; mkdir -p in/b/c/d; mkdir in/../d; "
      "true";
  record(wide, script, "wide.jsonl");
  record(narrow, script, "narrow.jsonl");
  const Json replayed = replay(narrow, "wide.jsonl", 2);
  EXPECT_EQ(changes(replayed), denials("narrow.jsonl"));
  EXPECT_EQ(changes(replayed).front(), of("allow", "deny EEXIST", "mkdir", at("place/in"), "/usr/bin/mkdir"));
  EXPECT_EQ(changes(replayed).back(), of("allow", "deny EROFS", "mkdir", at("place/out"), "/usr/bin/mkdir"));
  EXPECT_TRUE(replayed["untold"].empty()) << replayed["untold"];
  EXPECT_TRUE(replayed["notes"].empty()) << replayed["notes"];
}

TEST_F(AuditReplay, WhatTheRecordCannotTellIsCounted) {
  const std::string paths = policy(
      R"({"supervise": {"default": {"action": "allow"}, "rules": [
  {"syscalls": ["@mkdir"], "path": "/nowhere/**", "action": "deny"}]}})",
      "paths.json");
  record(policy(records_all), "mkdir a; mkdir b", "all.jsonl");
  const Json unresolved = replay(paths, "all.jsonl", 3);
  EXPECT_EQ(unresolved["untold"], Json({{"their path was not resolved", 2}}));

  // A filter that traps only chmod: other calls are unknown.
  record(shipped_policy("no-chmod.json"), "mkdir a", "few.jsonl");
  const Json few = replay(shipped_policy("no-mkdir.json"), "few.jsonl", 3);
  EXPECT_EQ(few["decided_by_filters"], Json({"mkdir (allow)", "mkdirat (allow)"}));

  record(policy(R"({"supervise": {"rules": [{"syscalls": ["@mkdir"], "path": "/**", "action": "allow"}],
  "audit": "all"}})"),
         "mkdir secret", "wide.jsonl");
  std::string redacted;
  for (const std::string& line : lines_of(read_file(at("wide.jsonl")))) {
    Json one = Json::parse(line);
    if (one.contains("obj") && one["obj"].contains("resolved")) one["obj"]["resolved"] = at("place") + "/***";
    redacted += one.dump() + "\n";
  }
  write_file(at("redacted.jsonl"), redacted);
  EXPECT_EQ(replay(paths, "redacted.jsonl", 3)["untold"], Json({{"their path is redacted", 1}}));
}

TEST_F(AuditReplay, ALogWithoutItsPolicyCannotTellWhatTheFilterDid) {
  const std::string file = policy(records_all);
  record(file, "mkdir a", "all.jsonl");
  std::string calls_only;
  for (const std::string& line : lines_of(read_file(at("all.jsonl"))))
    if (Json::parse(line)["type"] == "call") calls_only += line + "\n";
  write_file(at("calls.jsonl"), calls_only);
  EXPECT_EQ(replay(file, "all.jsonl", 0)["notes"], Json::array());
  EXPECT_EQ(replay(file, "calls.jsonl", 3)["notes"][0].get<std::string>().substr(0, 29),
            "The log doesn't hold each pol");
  const Finished covered = audit({"coverage", at("calls.jsonl")});
  EXPECT_EQ(covered.code(), 1);
  EXPECT_EQ(lines_of(covered.out)[0], "the log holds no policy");
}

TEST_F(AuditReplay, NothingChangesUnderTheSamePolicy) {
  const std::string same = policy(R"({"supervise": {"audit": "all", "default": {"action": "allow"}, "rules": [
  {"syscalls": ["@mkdir"], "path": "${PWD}/in/**", "action": "deny"},
  {"syscalls": ["@chmod"], "action": "emulate", "emulate": {"mode_mask": "0755"}}]}})");
  record(same, "mkdir -p in/a; mkdir ''; touch f; chmod 777 f; chmod 777 nothing; true", "same.jsonl");
  const Json replayed = replay(same, "same.jsonl", 0);
  EXPECT_GT(replayed["unchanged"], 5);
  const std::string masked =
      policy(R"({"supervise": {"audit": "all", "default": {"action": "allow"}, "rules": [
  {"syscalls": ["@mkdir"], "path": "${PWD}/in/**", "action": "deny", "errno": "EACCES"},
  {"syscalls": ["@chmod"], "action": "emulate", "emulate": {"mode_mask": "0700"}}]}})",
             "masked.json");
  const Words changed = changes(replay(masked, "same.jsonl", 2));
  ASSERT_GE(changed.size(), 2u);
  EXPECT_EQ(changed[0], of("deny EPERM", "deny EACCES", "mkdir", at("place/in"), "/usr/bin/mkdir"));
  EXPECT_EQ(changed.back(),
            of("emulate mode 0755", "emulate mode 0700", "fchmodat", at("place/f"), "/usr/bin/chmod"));
}

TEST_F(AuditReplay, MistakesAreNamed) {
  record(policy(records_all), "true", "all.jsonl");
  EXPECT_EQ(audit({"replay", at("all.jsonl")}).err, "scsup: --policy NEW is missing\n");
  EXPECT_EQ(audit({"replay", "--policy", at("absent"), at("all.jsonl")}).code(), 125);
  const std::string wrong =
      policy("{\n \"supervise\": {\"rules\": [{\"syscalls\": [\"mkdirr\"]}]}}", "wrong.json");
  EXPECT_EQ(audit({"replay", "--policy", wrong, at("all.jsonl")}).err.substr(0, 12 + wrong.size()),
            "scsup: " + wrong + ":2:26");
}

TEST_F(AuditReplay, CoverageCountsInTheMarginAndMarksWhatWasNotUsed) {
  const std::string text = R"({
  "supervise": {
    "default": {"action": "allow"},
    "rules": [
      {"id": "used", "syscalls": ["@chmod"], "path": "/**", "action": "allow"},
      {"id": "unused", "syscalls": ["@mkdir"], "path": "/nowhere/**", "action": "deny"}, {"id": "here", "syscalls": ["@mkdir"], "action": "deny"},
      {"id": "quiet", "syscalls": ["getpriority"], "action": "deny", "audit": false}
    ]
  }
})";
  record(policy(text, "first.json"),
         "touch f; chmod 700 f; chmod 701 f; mkdir a 2>/dev/null; nice 2>/dev/null; true", "log.jsonl");
  record(policy(R"({"supervise": {"rules": [{"syscalls": ["sync"], "action": "deny"}]}})", "second.json"),
         "sync; true", "log.jsonl");
  const Json all = Json::parse(audit({"coverage", "--json", at("log.jsonl")}).out);
  ASSERT_EQ(all["policies"].size(), 2u) << all;
  std::map<std::string, std::string> states;
  for (const Json& part : all["policies"][0]["parts"])
    states[part["words"]] = part["state"].get<std::string>() + " " + std::to_string(part["calls"].get<int>());
  EXPECT_EQ(states["rule used"], "used 2");
  EXPECT_EQ(states["rule unused"], "unused 0");
  EXPECT_EQ(states["rule here"], "used 1");
  EXPECT_EQ(states["rule quiet"], "not recorded 0");
  EXPECT_EQ(all["policies"][1]["parts"][2]["calls"], 1) << all;

  const Finished shown = audit({"coverage", at("log.jsonl")});
  EXPECT_EQ(shown.code(), 0);
  const Words lines = lines_of(shown.out);
  EXPECT_EQ(lines[0].substr(0, at("first.json").size() + 6), at("first.json") + " (sha ");
  EXPECT_EQ(lines[5].substr(0, 31), "       2        {\"id\": \"used\", ");
  EXPECT_EQ(lines[6].substr(0, 28), "unused, 1        {\"id\": \"unu") << lines[6];
  EXPECT_EQ(lines[7].substr(0, 24), "  filter        {\"id\": \"") << lines[7];
}

// Forged: places that don't exist, an invalid policy, escapes.
TEST_F(AuditReplay, AForgedLogDrivesNoTerminal) {
  const std::string escape = "\\u001b]0;owned\\u0007\\u009b2J\\r\\n";
  const auto policy_record = [&](const Json& text) {
    return R"({"type":"policy","run":")" + escape + R"(","policy":{"name":")" + escape + R"(","file":")" +
           escape + R"(","sha":"0011223344556677","gen":1,"text":)" + text.dump() + "}}\n";
  };
  const std::string call = R"({"type":"call","seq":1,"proc":{"exe":")" + escape +
                           R"(","cwd":"/"},"sys":{"arch":"x86_64",)" + R"("nr":90,"name":")" + escape +
                           R"(","args":["0x0","0x1ff"]},"obj":{"path":")" + escape + R"("},"act":")" +
                           escape + R"(","errno":")" + escape + R"(","rule":{"id":")" + escape +
                           R"(","at":")" + escape + R"("},"policy":{"sha":"0011223344","gen":1}})" + "\n";
  const std::string rules =
      "{\"supervise\": {\"rules\": [{\"syscalls\": [\"chmod\"], \"comment\": \"\xc2\x9b\x7f\", \"action\": "
      "\"deny\"}]}}";
  const std::string denies =
      policy(R"({"supervise": {"rules": [{"syscalls": ["chmod"], "action": "deny"}]}})");
  for (const std::string& text : {std::string("{\x1b"), rules, std::string()}) {
    write_file(at("evil.jsonl"), policy_record(text) + call);
    for (const Words& command :
         {Words{"coverage"}, Words{"coverage", "--json"}, Words{"replay", "--policy", denies},
          Words{"replay", "--json", "--policy", denies}, Words{"profile"}}) {
      Words words = command;
      words.push_back(at("evil.jsonl"));
      const Finished done = audit(words);
      EXPECT_LE(done.code(), 3) << done.err;
      for (const char c : done.out + done.err)
        EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f))
            << done.out << done.err;
      EXPECT_EQ((done.out + done.err).find("\xc2\x9b"), std::string::npos) << command[0];
    }
  }
}

}  // namespace
}  // namespace scsup::e2e

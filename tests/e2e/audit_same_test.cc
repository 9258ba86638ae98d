// Like calls that become one record with a count: none is lost, and whoever counts calls counts the same.
#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class AuditSame : public ScsupTest {
 protected:
  // So many like denials and others, one for a hundred.
  Finished record(const std::string& audit, const Words& more, const std::string& calls = "1000") const {
    const std::string rules = policy(R"({"supervise": {"default": {"action": "allow"}, "rules": [
  {"id": "never", "syscalls": ["@mkdir"], "action": "deny", "errno": "EXFULL"}]}})");
    Words options = {"--quiet", "--config", policy("{\"audit\": " + audit + "}", "config.json")};
    options.insert(options.end(), more.begin(), more.end());
    return supervised(rules, {own_program("same_calls"), calls}, options);
  }
  std::string recorded(const std::string& audit, const std::string& log) const {
    const Finished done = record(audit, {"--audit", at(log)});
    EXPECT_EQ(done.out, "1000 10\n") << done.err;
    return at(log);
  }
  Finished audit(Words arguments) const {
    arguments.insert(arguments.begin(), audit_program());
    return run(plain(arguments));
  }
  static std::vector<Json> calls_of(const std::string& log) {
    std::vector<Json> calls;
    for (Json& one : parse_records(read_file(log)))
      if (one["type"] == "call") calls.push_back(std::move(one));
    return calls;
  }
  static int counted(const std::vector<Json>& calls, const std::string& path) {
    int all = 0;
    for (const Json& call : calls)
      if (call["obj"]["path"] == path && call["errno"] == "EXFULL") all += call.value("count", 1);
    return all;
  }
  // What a command says of calls, without what differs from run to run.
  Json said(const Words& command, const std::string& log) const {
    Words words = command;
    words.push_back(log);
    Json json = Json::parse(audit(words).out);
    for (Json* one : {&json["total"], &json["others"]}) without_times(*one);
    for (Json& row : json["rows"]) without_times(row);
    for (const char* const time : {"first", "last"}) json.erase(time);
    return json;
  }
  static void without_times(Json& tally) {
    for (const char* const time : {"total_ns", "p50_ns", "p99_ns"})
      if (tally.is_object()) tally.erase(time);
  }
};

TEST_F(AuditSame, AThousandLikeDenialsAreAHandfulOfRecordsThatAddUp) {
  const std::string log = recorded(R"({"same": "count"})", "audit.jsonl");
  const auto calls = calls_of(log);
  EXPECT_EQ(counted(calls, "same"), 1000);
  EXPECT_LT(calls.size(), 50u);
  for (int i = 99; i < 1000; i += 100) EXPECT_EQ(counted(calls, "other-" + std::to_string(i)), 1) << i;
  const Json end = records("end")[0];
  EXPECT_GE(end["recorded"], 1010);
  EXPECT_EQ(end["denied"], 1010);
  const Finished verified = audit({"verify", log});
  EXPECT_EQ(verified.code(), 0) << verified.out << verified.err;
  for (const Json& call : calls) {
    if (!call.contains("count")) continue;
    EXPECT_GE(call["last_time"], call["time"]);
    EXPECT_GE(call["last_mono_ns"], call["mono_ns"]);
    EXPECT_GE(call["dec_ns_max"], call["dec_ns"]);
    EXPECT_GE(call["dec_ns_sum"], call["dec_ns_max"]);
  }
}

TEST_F(AuditSame, WhoeverCountsCallsCountsTheSame) {
  const std::string each = recorded("{}", "each.jsonl");
  const std::string count = recorded(R"({"same": "count"})", "count.jsonl");
  EXPECT_EQ(calls_of(each).size(), 1010u);
  EXPECT_LT(calls_of(count).size(), 50u);
  for (const char* const by : {"syscall", "path", "rule", "errno"}) {
    const Words command = {"summary", "--json", "--all", "--act", "deny", "--by", by};
    EXPECT_EQ(said(command, each), said(command, count)) << by;
  }
  EXPECT_EQ(said({"summary", "--json", "--act", "deny"}, count)["total"]["calls"], 1010);
  EXPECT_EQ(said({"timeline", "--json", "--by", "errno"}, count)["rows"][0]["denied"], 1010);

  const Finished differ = audit({"diff", "--json", each, count});
  EXPECT_EQ(differ.code(), 0) << differ.out;
  const auto parts = [&](const std::string& log) {
    return Json::parse(audit({"coverage", "--json", log}).out)["policies"][0]["parts"];
  };
  EXPECT_EQ(parts(each), parts(count));
  const auto replayed = [&](const std::string& log) {
    Json json = Json::parse(audit({"replay", "--json", "--policy", at("policy.json"), log}).out);
    return json["unchanged"];
  };
  EXPECT_EQ(replayed(each), replayed(count));
  EXPECT_EQ(lines_of(audit({"tree", each}).out).size(), lines_of(audit({"tree", count}).out).size());
  const auto denials = [&](const std::string& log) {
    return Json::parse(audit({"report", "--json", "-", log}).out)["denials"][0]["calls"];
  };
  EXPECT_EQ(denials(each), denials(count));
}

TEST_F(AuditSame, ALineSaysHowManyItStandsFor) {
  const std::string log = recorded(R"({"same": "count"})", "audit.jsonl");
  const std::string shown = audit({"show", "--path", at("same"), log}).out;
  EXPECT_NE(shown.find(" times until "), std::string::npos) << shown;
  int counted = 0;
  const Words rows = lines_of(audit({"export", "--to", "csv", "--errno", "EXFULL", log}).out);
  for (std::size_t i = 1; i < rows.size(); ++i) {  // its count is the fourth column from the end
    std::string row = rows[i];
    for (int column = 0; column < 3; ++column) row.resize(row.rfind(','));
    counted += std::stoi(row.substr(row.rfind(',') + 1));
  }
  EXPECT_EQ(counted, 1010);
}

TEST_F(AuditSame, WhatMustBeOnTheDiskOrGoesToAPipeHasARecordEach) {
  const std::string sync = R"({"same": "count", "durability": "sync"})";
  EXPECT_EQ(record(sync, {"--audit", at("sync.jsonl")}, "100").out, "100 1\n");
  EXPECT_EQ(calls_of(at("sync.jsonl")).size(), 101u);
  std::size_t calls = 0;
  for (const std::string& line : lines_of(record(R"({"same": "count"})", {"--audit", "-"}, "100").out))
    calls += line.starts_with(R"({"type":"call")");
  EXPECT_EQ(calls, 101u);
}

}  // namespace
}  // namespace scsup::e2e

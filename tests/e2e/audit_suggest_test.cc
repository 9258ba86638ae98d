// scsup-audit suggest: its patch applies, parses, and allows just what was denied.
#include <filesystem>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class AuditSuggest : public ScsupTest {
 protected:
  void SetUp() override {
    if (!is_installed("patch")) GTEST_SKIP() << "patch(1) is not installed";
  }
  // Under policy.json, by a relative name: patch(1) refuses absolute ones.
  Finished under_it(const std::string& script) const {
    std::filesystem::remove(at("audit.jsonl"));
    return supervised("policy.json", {"sh", "-c", script}, {"--quiet"});
  }
  Finished suggest(const std::string& seq, const Words& options = {}) const {
    Words words = {audit_program(), "suggest"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {seq, at("audit.jsonl")});
    return run(plain(words));
  }
  std::string first_denied() const {
    const auto denials = calls("deny");
    return denials.empty() ? "none" : std::to_string(denials[0]["seq"].get<int>());
  }
  // The script fails under the policy; with the patch for its first denial it succeeds. Returns the patched text.
  std::string mended(const std::string& text, const std::string& script) const {
    policy(text);
    EXPECT_NE(under_it(script).code(), 0) << "nothing is denied";
    const Finished said = suggest(first_denied());
    EXPECT_EQ(said.code(), 0) << said.err;
    EXPECT_EQ(read_file(at("policy.json")), text) << "it was applied";
    Start patch = plain({"patch", "-p0"});
    patch.input = said.out;
    const Finished patched = run(patch);
    EXPECT_EQ(patched.code(), 0) << patched.out << said.out;
    const Finished checked = scsup({"policy", "check", at("policy.json")});
    EXPECT_EQ(checked.code(), 0) << checked.out;
    const Finished again = under_it(script);
    EXPECT_EQ(again.code(), 0) << again.err << said.out;
    return read_file(at("policy.json"));
  }
};

TEST_F(AuditSuggest, APathThatTheDefaultDeniesGetsARuleOfItsOwn) {
  const std::string text = R"({
  "supervise": {
    "default": {"action": "deny", "errno": "EACCES"},
    "rules": [
      {"syscalls": ["@mkdir"], "path": "${PWD}/in/**", "action": "allow"}
    ]
  }
}
)";
  const std::string after = mended(text, "mkdir -m 0700 'o[u]t' && ! mkdir out2 2>/dev/null");
  EXPECT_NE(after.find(",\n      {\"syscalls\": [\"mkdir\"], \"path\": \"" + work() +
                       R"(/o\\[u]t", "mode": "0700", "action": "allow"})"),
            std::string::npos)
      << after;
}

TEST_F(AuditSuggest, TheRuleStandsBeforeTheOneThatDenies) {
  const std::string after =
      mended(R"({"supervise": {"rules": [{"id": "no", "syscalls": ["@chmod"], "action": "deny"}]}})",
             "touch f; chmod 0640 f && ! chmod 0641 f 2>/dev/null && touch g && ! chmod 0640 g 2>/dev/null");
  EXPECT_LT(after.find("\"mode\": \"0640\""), after.find("\"id\": \"no\"")) << after;
}

TEST_F(AuditSuggest, WhereNothingWouldBeLeftTheDenyingRuleIsReplaced) {
  const std::string after =
      mended("{\"supervise\": {\"rules\": [\r\n\t{\"syscalls\": [\"getpriority\"], \"action\": \"deny\"}]}}",
             "nice");
  EXPECT_EQ(after,
            "{\"supervise\": {\"rules\": [\r\n\t{\"syscalls\": [\"getpriority\"], \"action\": \"allow\"}]}}");
}

TEST_F(AuditSuggest, TheDockerPartGetsAnEntryWithTheArgumentsThatItsOthersLookAt) {
  // Everything is allowed but getpriority.
  const std::string after = mended(R"({"defaultAction": "SCMP_ACT_LOG",
 "syscalls": [
  {"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}]}
 ]})",
                                   "nice");
  EXPECT_NE(
      after.find(
          R"({"names": ["getpriority"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 0,)"),
      std::string::npos)
      << after;
}

TEST_F(AuditSuggest, WhereTheDefaultAllowsTheNameIsTakenAway) {
  EXPECT_EQ(mended(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["sync", "getpriority"], "action": "SCMP_ACT_ERRNO"}]})",
                   "nice"),
            R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["sync"], "action": "SCMP_ACT_ERRNO"}]})");
}

TEST_F(AuditSuggest, ItSaysWhatElseIsAllowedAndTheRisk) {
  policy(R"({"supervise": {"rules": [{"syscalls": ["@chmod"], "action": "deny"}]}})");
  EXPECT_NE(under_it("touch f; chmod 4755 f").code(), 0);
  const Json said = Json::parse(suggest(first_denied(), {"--json"}).out);
  EXPECT_EQ(said["allows"],
            "It also allows each other fchmodat of every process under this policy, whoever runs it, on " +
                at("f") + ", with mode 04755, also when what stands there is another object by then.");
  EXPECT_EQ(said["risk"].get<std::string>().substr(0, 39), "The mode has setuid or setgid bits: who");
  EXPECT_EQ(said["notes"][0].get<std::string>().substr(0, 38), "The path is the one that was written, ");
}

TEST_F(AuditSuggest, WhereNoRuleWouldDoItSaysSo) {
  policy(
      R"({"supervise": {"audit": "all", "rules": [{"syscalls": ["@mkdir"], "path": "/**", "action": "allow"}]}})");
  EXPECT_NE(under_it("mkdir ''; mkdir a; exit 1").code(), 0);
  const Finished no_path = suggest(first_denied());
  EXPECT_EQ(no_path.code(), 1);
  EXPECT_EQ(no_path.out, "");
  EXPECT_EQ(no_path.err.substr(0, 67), "scsup: no rule denied this, and none would allow it. The path can't");
  const Json allowed = calls("allow")[0];
  EXPECT_EQ(suggest(std::to_string(allowed["seq"].get<int>())).err,
            "scsup: the call was allowed: there is nothing to suggest\n");
  EXPECT_EQ(suggest("123456").err, "scsup: no call 123456 is in the log\n");

  std::string log;
  for (const Json& record : records("call")) log += record.dump() + "\n";
  write_file(at("audit.jsonl"), log);
  policy(R"({"supervise": {"rules": [{"syscalls": ["@mkdir"], "action": "deny"}]}})");
  write_file(at("other.jsonl"), log);
  under_it("mkdir b");
  log.clear();
  for (const Json& record : records("call")) log += record.dump() + "\n";
  write_file(at("audit.jsonl"), log);
  EXPECT_EQ(suggest(first_denied()).err,
            "scsup: the log doesn't hold the text of the policy that decided this call\n");
}

}  // namespace
}  // namespace scsup::e2e

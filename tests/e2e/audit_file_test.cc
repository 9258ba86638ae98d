// Where the audit goes.
#include <sys/stat.h>

#include <filesystem>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

namespace fs = std::filesystem;

class AuditFile : public ScsupTest {
 protected:
  // Without --audit; $SCSUP_AUDIT and the other variables as given.
  Start without_option(std::map<std::string, std::optional<std::string>> env) {
    Start start = plain({scsup_program(), "--policy", shipped_policy("no-mkdir.json"), "--", "true"});
    for (auto& [name, value] : env) start.env[name] = value;
    return start;
  }
  static unsigned mode(const std::string& path) {
    struct stat st {};
    return stat(path.c_str(), &st) == 0 ? st.st_mode & 07777 : 0;
  }
};

TEST_F(AuditFile, IsBelowHomeByDefaultAndForItsOwnerAlone) {
  EXPECT_EQ(run(without_option({})).code(), 0);
  EXPECT_EQ(mode(at(".local/state/scsup/audit.jsonl")), 0600u);
  EXPECT_EQ(mode(at(".local/state/scsup")), 0700u);
}

TEST_F(AuditFile, FollowsTheXdgStateDirectory) {
  EXPECT_EQ(run(without_option({{"XDG_STATE_HOME", at("state")}})).code(), 0);
  EXPECT_TRUE(fs::exists(at("state/scsup/audit.jsonl")));
  EXPECT_EQ(run(without_option({{"XDG_STATE_HOME", "relative"}})).code(), 0);
  EXPECT_FALSE(fs::exists(at("relative")));
  EXPECT_TRUE(fs::exists(at(".local/state/scsup/audit.jsonl")));
}

TEST_F(AuditFile, TheVariableGoesBeforeXdgAndTheOptionBeforeTheVariable) {
  Start start = without_option({{"XDG_STATE_HOME", at("state")}, {"SCSUP_AUDIT", at("variable.jsonl")}});
  EXPECT_EQ(run(start).code(), 0);
  EXPECT_TRUE(fs::exists(at("variable.jsonl")));
  start.argv.insert(start.argv.begin() + 1, {"--audit", at("option.jsonl")});
  const auto before = fs::file_size(at("variable.jsonl"));
  EXPECT_EQ(run(start).code(), 0);
  EXPECT_TRUE(fs::exists(at("option.jsonl")));
  EXPECT_EQ(fs::file_size(at("variable.jsonl")), before);
  EXPECT_FALSE(fs::exists(at("state")));
}

TEST_F(AuditFile, IsAppended) {
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(supervised(shipped_policy("no-mkdir.json"), {"mkdir", "d"}).code(), 1);
  EXPECT_EQ(records("run").size(), 3u);
  EXPECT_EQ(records("end").size(), 3u);
  EXPECT_EQ(calls("deny").size(), 3u);
  EXPECT_EQ(mode(at("audit.jsonl")), 0600u);
}

TEST_F(AuditFile, ADashIsStandardOutputAndNoneIsNothing) {
  const std::string p = shipped_policy("no-mkdir.json");
  const Finished dash = supervised(p, {"mkdir", "d"}, {"--audit", "-"});
  const std::vector<Json> records = parse_records(dash.out);
  ASSERT_GE(records.size(), 4u);
  EXPECT_EQ(records.front()["type"], "run");
  EXPECT_EQ(records.back()["type"], "end");
  EXPECT_EQ(supervised(p, {"echo", "only"}, {"--audit", "none"}).out, "only\n");
  EXPECT_EQ(supervised(p, {"mkdir", "d"}, {"--audit", "none"}).code(), 1);
  EXPECT_FALSE(fs::exists(at("audit.jsonl")));
  EXPECT_FALSE(fs::exists(at("none")) || fs::exists(at("-")));
}

TEST_F(AuditFile, ThatIsFullDeniesAndSaysSoOnce) {
  const Finished done = supervised(shipped_policy("workspace.json"), {"sh", "-c", "mkdir a; mkdir b"},
                                   {"--audit", "/dev/full"});
  EXPECT_EQ(done.code(), 126) << done.err;  // even the first exec can't be recorded
  EXPECT_FALSE(fs::exists(at("a")));
  const std::string sentence = "scsup: cannot write the audit log '/dev/full': No space left on device";
  EXPECT_NE(done.err.find(sentence), std::string::npos) << done.err;
  EXPECT_EQ(done.err.find(sentence, done.err.find(sentence) + 1), std::string::npos) << done.err;
}

}  // namespace
}  // namespace scsup::e2e

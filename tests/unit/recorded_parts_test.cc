// Which parts of a policy leave records.
#include "supervisor/policy/explain/recorded_parts.h"

#include "tests/unit/policy_sample.h"

namespace scsup {
namespace {

using Parts = std::map<std::string, Recorded>;

TEST(RecordedParts, AreThoseThatTheFilterShows) {
  EXPECT_EQ(recorded_parts(*test::policy(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
{"names": ["sync"], "action": "SCMP_ACT_ERRNO"},
{"names": ["syncfs"], "action": "SCMP_ACT_KILL"},
{"names": ["fsync"], "action": "SCMP_ACT_ALLOW"}],
"supervise": {"default": {"action": "allow"}, "rules": [
{"syscalls": ["@chmod"], "path": "/**", "action": "allow"},
{"syscalls": ["getpriority"], "action": "deny", "audit": false},
{"syscalls": ["setpriority"], "action": "allow"}]}})")),
            (Parts{{"p.json:1:19", Recorded::never},
                   {"p.json:2:1", Recorded::always},
                   {"p.json:3:1", Recorded::never},
                   {"p.json:5:26", Recorded::always},  // of @chmod, as the supervisor must see the path
                   {"p.json:6:1", Recorded::always},
                   {"p.json:7:1", Recorded::never},
                   {"p.json:8:1", Recorded::never}}));
}

TEST(RecordedParts, AnEntryOfWhichSomeCallsAreTrappedShowsSometimes) {
  const auto parts = recorded_parts(*test::policy(R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
{"names": ["sync", "syncfs"], "action": "SCMP_ACT_ALLOW"}],
"supervise": {"trap": ["sync"]}})"));
  EXPECT_EQ(parts.at("p.json:2:1"), Recorded::sometimes);
  EXPECT_EQ(parts.at("p.json:1:19"), Recorded::always);
}

TEST(RecordedParts, AreAllWhenAllIsAudited) {
  for (const auto& [at, recorded] : recorded_parts(*test::policy(R"({"defaultAction": "SCMP_ACT_ALLOW",
"supervise": {"audit": "all", "rules": [{"syscalls": ["@chmod"], "action": "allow"}]}})")))
    EXPECT_EQ(recorded, Recorded::always) << at;
}

}  // namespace
}  // namespace scsup

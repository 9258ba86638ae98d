// Which calls a command uses, and under which key they are counted.
#include <gtest/gtest.h>

#include "analysis/count/groups.h"
#include "analysis/read/filter.h"

namespace scsup::analysis {
namespace {

Record call() {
  Record record;
  record.type = Type::call;
  record.time = "2026-01-31T08:31:11.000000001Z";
  record.session = 3;
  record.container_id = "c0ffee00";
  record.container_name = "web";
  record.pid = 11;
  record.exe = "/usr/bin/mkdir";
  record.syscall = "mkdir";
  record.path = "a";
  record.resolved = "/srv/app/a";
  record.act = "deny";
  record.err = "EPERM";
  record.rule = "no-mkdir";
  record.dec_ns = 1000;
  return record;
}

bool passes(const Arguments& arguments, const Record& record) {
  return Filter(Options(arguments, Filter::options())).passes(record);
}

TEST(Filter, EachOptionChooses) {
  const std::vector<std::pair<const char*, std::pair<const char*, const char*>>> cases = {
      {"--session", {"3", "4"}},
      {"--container", {"web", "we"}},
      {"--container", {"c0ff", "0ff"}},
      {"--pid", {"11", "12"}},
      {"--exe", {"mkdir", "kdir"}},
      {"--exe", {"/usr/bin/mkdir", "/bin/mkdir"}},
      {"--syscall", {"mkdir", "mkdirat"}},
      {"--path", {"/srv/**", "/srv/*"}},
      {"--path", {"{/x,/srv/app/?}", "/a"}},
      {"--act", {"deny", "allow"}},
      {"--rule", {"no-mkdir", "no"}},
      {"--errno", {"EPERM", "EACCES"}},
      {"--since", {"2026-01-31", "2026-02"}},
      {"--until", {"2026-01-31 08:32", "2026-01-31T08:31:11"}}};
  for (const auto& [option, values] : cases) {
    EXPECT_TRUE(passes({option, values.first}, call())) << option << " " << values.first;
    EXPECT_FALSE(passes({option, values.second}, call())) << option << " " << values.second;
  }
  EXPECT_TRUE(passes({}, call()));
  EXPECT_FALSE(passes({"--act", "deny", "--pid", "1"}, call()));
}

TEST(Filter, APathThatWasNotFollowedIsTakenByItsWords) {
  Record record = call();
  record.resolved = "";
  record.cwd = "/home/ann";
  EXPECT_TRUE(passes({"--path", "/home/ann/*"}, record));
  record.from_dirfd = true;
  EXPECT_FALSE(passes({"--path", "/home/ann/*"}, record));
}

TEST(Filter, OtherRecordsPassByTimeAndSession) {
  Record attach;
  attach.type = Type::attach;
  attach.session = 3;
  attach.time = "2026-01-31T08:31:11Z";
  EXPECT_TRUE(passes({"--syscall", "mkdir"}, attach));
  EXPECT_FALSE(passes({"--session", "4"}, attach));
  EXPECT_FALSE(passes({"--since", "2027"}, attach));
}

TEST(Filter, MistakesAreSaid) {
  const auto said = [](const Arguments& arguments) -> std::string {
    try {
      passes(arguments, call());
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(said({"--session", "x"}), "--session takes a number, not 'x'");
  EXPECT_EQ(said({"--act", "refuse"}), "--act takes allow, deny, emulate or kill, not 'refuse'");
  EXPECT_EQ(said({"--since", "yesterday"}),
            "--since takes a time like 2026-01-31T08:31:00, in UTC, not 'yesterday'");
  EXPECT_NE(said({"--path", "/a/[b"}).find("--path /a/[b: "), std::string::npos);
}

TEST(Groups, CallsAreCountedByWhatWasAsked) {
  for (const auto& [by, key] : std::vector<std::pair<By, std::string>>{{By::syscall, "mkdir"},
                                                                       {By::path, "/srv/app/a"},
                                                                       {By::exe, "/usr/bin/mkdir"},
                                                                       {By::rule, "no-mkdir"},
                                                                       {By::container, "web"},
                                                                       {By::err, "EPERM"}}) {
    Groups groups(by);
    groups.add(call());
    EXPECT_EQ(groups.rows()[0].key, key);
    EXPECT_EQ(by_of(word_of(by)), by);
  }
  Groups groups(By::container);
  Record bare;
  bare.act = "allow";
  groups.add(bare);
  EXPECT_EQ(groups.rows()[0].key, "-");
}

TEST(Groups, TalliesAddUp) {
  Groups one(By::syscall), two(By::syscall);
  Record emulated = call(), allowed = call(), killed = call();
  emulated.act = "emulate";
  emulated.err = "EEXIST";
  allowed.act = "allow";
  allowed.err = "";
  allowed.syscall = "chmod";
  killed.act = "kill";
  one.add(call());
  one.add(emulated);
  two.add(allowed);
  two.add(killed);
  one.add(two);
  const Tally& all = one.total();
  EXPECT_EQ(all.calls, 4u);
  EXPECT_EQ(all.denied, 2u);
  EXPECT_EQ(all.emulated, 1u);
  EXPECT_EQ(all.allowed, 1u);
  EXPECT_EQ(all.errors, 1u);
  EXPECT_EQ(all.total_ns, 4000u);
  ASSERT_EQ(one.rows().size(), 2u);
  EXPECT_EQ(one.rows()[0].key, "mkdir");
  EXPECT_EQ(one.rows()[0].tally.calls, 3u);
}

TEST(Groups, MemoryHasABound) {
  Groups groups(By::path);
  Record record = call();
  std::string path;
  for (std::size_t i = 0; i < Groups::most + 10; ++i) {
    path = "/" + std::to_string(i);
    record.resolved = path;
    groups.add(record);
  }
  EXPECT_EQ(groups.rows().size(), Groups::most);
  EXPECT_EQ(groups.others().calls, 10u);
  EXPECT_EQ(groups.total().calls, Groups::most + 10);
}

TEST(Durations, AQuantileIsAtMostAQuarterTooHigh) {
  for (const std::uint64_t ns : {5ull, 100ull, 999ull, 1'000'000ull, 7'777'777'777ull}) {
    Durations durations;
    for (int i = 0; i < 100; ++i) durations.add(ns);
    EXPECT_GE(durations.quantile(0.99), ns);
    EXPECT_LE(durations.quantile(0.99), ns + ns / 4 + 1);
  }
  EXPECT_EQ(Durations().quantile(0.5), 0u);
}

}  // namespace
}  // namespace scsup::analysis

// What the filter does by itself agrees with the policy's decisions, and with what libseccomp would do.
#include "supervisor/policy/filter/plan.h"

#include <gtest/gtest.h>

#include "base/handshake.h"
#include "tests/unit/plan_sample.h"

namespace scsup {
namespace {

bool same(std::uint32_t action, const Decision& decision) {
  switch (action & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG:
      return decision.act == Act::allow;
    case SECCOMP_RET_ERRNO:
      return decision.act == Act::deny && decision.err == static_cast<int>(action & SECCOMP_RET_DATA);
    case SECCOMP_RET_TRACE:
      return decision.act == Act::deny && decision.err == ENOSYS;
    default:
      return decision.act == Act::kill;
  }
}

struct Counts {
  int kernel = 0, notified = 0;
};

Counts check_agreement(const Policy& policy, std::uint32_t seed, int rounds) {
  Counts counts;
  auto program = compile(policy.filter());
  if (!program) {
    ADD_FAILURE() << program.error().text();
    return counts;
  }
  std::mt19937_64 engine(seed);
  const auto check = [&](Abi abi, std::uint32_t nr, const std::array<std::uint64_t, 6>& args) {
    const std::uint32_t action = filter_says(*program, abi, nr, args);
    if (action == notify) {
      ++counts.notified;
      return;
    }
    ++counts.kernel;
    const Call call = test::call(abi, nr, args);
    const auto decision = policy.decide(call, nullptr);
    ASSERT_TRUE(decision) << (call.syscall ? call.syscall->name : "?")
                          << ": the filter decides what needs a path";
    ASSERT_TRUE(same(action, *decision))
        << name(abi) << " " << (call.syscall ? call.syscall->name : "?") << std::hex << " action " << action
        << " but " << decision->origin->words << ", args " << args[0] << " " << args[1] << " " << args[2];
  };
  for (const Syscall& syscall : all_syscalls()) {
    for (const Abi abi : policy.filter().abis) {
      if (syscall.number(abi) < 0) continue;
      const auto values = interesting(plan_of(policy, syscall.name, abi));
      for (int i = 0; i < (values.size() > 5 ? rounds : 4); ++i) {
        std::array<std::uint64_t, 6> args;
        for (auto& arg : args)
          arg = engine() % 4 ? values[engine() % values.size()] : engine() >> engine() % 60;
        check(abi, static_cast<std::uint32_t>(syscall.number(abi)), args);
        if (testing::Test::HasFatalFailure()) return counts;
      }
    }
  }
  for (const Abi abi : policy.filter().abis) check(abi, (abi == Abi::x32 ? x32_bit : 0) | 5000, {});
  return counts;
}

std::string with_supervise(const std::string& supervise) {
  return mobylike + (R"(, "supervise": )" + supervise) + "}";
}

constexpr const char* rules = R"("rules": [
    {"syscalls": ["@chmod"], "mode": {"any": "06000"}, "action": "deny", "errno": "EXDEV"},
    {"syscalls": ["@chmod"], "mode": ["0600", "0700"], "action": "allow"},
    {"syscalls": ["@chmod"], "path": "/a/**", "mode": {"min": "0100", "max": "0400"}, "action": "allow"},
    {"syscalls": ["fchmod"], "action": "deny", "errno": "EDOM", "audit": false},
    {"syscalls": ["setuid", "setgid"], "args": [{"index": 0, "value": 1000, "op": "SCMP_CMP_GE"}], "action": "allow"},
    {"syscalls": ["fchownat"], "uid": {"min": 100}, "gid": [0, 1, 2], "flags": {"none": "AT_EMPTY_PATH"}, "action": "deny", "audit": false},
    {"syscalls": ["connect", "shmget"], "action": "deny", "errno": "EXDEV", "audit": false}],
    "default": {"action": "allow"})";

TEST(Plan, FilterAndDecisionAgreeWhereTheFilterDecides) {
  const std::string scopes[] = {"denied", "trapped", "all"};
  for (const auto& scope : scopes) {
    SCOPED_TRACE(scope);
    const auto p = policy(with_supervise(R"({"audit": ")" + scope + "\", " + rules + "}"));
    const Counts counts = check_agreement(*p, 3, 200);
    EXPECT_GT(counts.notified, 500);
    EXPECT_GT(counts.kernel, scope == "all" ? 100 : 500);
    check_agreement(*policy(with_supervise(R"({"audit": ")" + scope + "\"}")), 4, 100);
  }
  check_agreement(*policy(std::string(mobylike) + "}"), 5, 100);
}

TEST(Plan, AgreesOnDebiansProfile) {
  NEED_FILE(debian_profile);
  for (const std::uint64_t caps : {std::uint64_t{0}, std::uint64_t{0xa80425fb}, ~std::uint64_t{0} >> 23}) {
    Environment with = test::environment();
    with.caps = caps;
    Document document = test::document(test::file_text(debian_profile));
    check_agreement(*policy(document, with), 6, 60);
    document.supervise.emplace().audit = AuditScope::trapped;
    const Counts counts = check_agreement(*policy(document, with), 7, 60);
    EXPECT_GT(counts.kernel, 3000);
  }
}

TEST(Plan, RandomRulesAgreeToo) {
  std::mt19937 engine(99);
  const auto below = [&](std::uint64_t n) { return engine() % n; };
  const std::vector<std::string> names{"@chmod", "@mkdir", "chmod", "setuid", "lseek",
                                       "socket", "execve", "umask", "prctl"};
  const std::uint64_t values[] = {0,      1,       0600,       04755,       07777,
                                  0xffff, 0x10000, 0xffffffff, 0x100000000, ~std::uint64_t{0}};
  const auto value = [&] { return values[below(std::size(values))]; };
  int kernel = 0;
  for (int round = 0; round < 150; ++round) {
    Document document;
    document.profile.architectures = {{"SCMP_ARCH_X86_64", {}}, {"SCMP_ARCH_X86", {}}, {"SCMP_ARCH_X32", {}}};
    document.supervise.emplace();
    document.supervise->audit = static_cast<AuditScope>(below(3));
    if (below(2))
      document.supervise->fallback = Supervise::Default{static_cast<RuleAction>(below(2)), EXDEV, {}};
    for (std::size_t i = 1 + below(7); i > 0; --i) {
      Rule rule;
      const std::string& call = names[below(names.size())];
      rule.syscalls.push_back({call, {}});
      const bool performed = call[0] == '@' || call == "chmod";
      if (performed && below(3) == 0) rule.paths.push_back({"/a", {}});
      if ((performed || call == "umask") && below(2)) {
        ArgumentCondition condition;
        condition.role = Role::mode;
        if (below(3) == 0) condition.one_of = {value(), value(), value()};
        if (below(3) == 0) condition.any = value();
        if (below(3) == 0) condition.all = value();
        if (below(3) == 0) condition.none = value();
        if (below(3) == 0) condition.min = value();
        if (below(3) == 0) condition.max = value();
        rule.conditions.push_back(condition);
      }
      if (below(3) == 0)
        rule.args.push_back(
            {{static_cast<std::uint8_t>(below(3)), static_cast<Compare>(below(6)), value(), value()}, {}});
      rule.action = static_cast<RuleAction>(below(performed ? 3 : 2));
      rule.err = static_cast<int>(1 + below(100));
      if (below(3) == 0) rule.audit = below(2);
      document.supervise->rules.push_back(std::move(rule));
    }
    const auto p = policy(document);
    ASSERT_TRUE(p);
    kernel += check_agreement(*p, static_cast<std::uint32_t>(round), 40).kernel;
    if (HasFailure()) return;
  }
  EXPECT_GT(kernel, 10000);
}

TEST(Plan, RegistersDecideInTheKernelUnlessAudited) {
  const auto p = policy(R"({"supervise": {"default": {"action": "allow"}, "rules": [
    {"syscalls": ["@mkdir"], "mode": {"any": "06000"}, "action": "deny", "errno": "EXDEV", "audit": false},
    {"syscalls": ["@chmod"], "mode": {"any": "06000"}, "action": "deny", "errno": "EXDEV"}]}})");
  const CallPlan mkdir = plan_of(*p, "mkdir");
  ASSERT_EQ(mkdir.branches.size(), 1u);
  EXPECT_EQ(mkdir.branches[0].action, SECCOMP_RET_ERRNO | EXDEV);
  EXPECT_EQ(mkdir.branches[0].all_of, (std::vector<Comparison>{{1, Compare::ne, 0, 06000}}));
  EXPECT_EQ(mkdir.otherwise, SECCOMP_RET_ALLOW);
  const CallPlan chmod = plan_of(*p, "fchmodat");
  ASSERT_EQ(chmod.branches.size(), 1u);
  EXPECT_EQ(chmod.branches[0].action, notify);
  EXPECT_EQ(chmod.branches[0].all_of, (std::vector<Comparison>{{2, Compare::ne, 0, 06000}}));
  EXPECT_EQ(chmod.otherwise, SECCOMP_RET_ALLOW);
}

TEST(Plan, EveryWayIntoATrappedCallIsTrappedOnEveryAdmittedAbi) {
  const auto p = policy(
      R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    "supervise": {"rules": [{"syscalls": ["@chmod", "@mkdir"], "path": "/a", "action": "deny"}]}})");
  for (const char* name : {"mkdir", "mkdirat", "chmod", "fchmod", "fchmodat", "fchmodat2"})
    for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32})
      EXPECT_EQ(plan_of(*p, name, abi).otherwise, notify) << name;
  EXPECT_EQ(plan_of(*p, "getppid").otherwise, SECCOMP_RET_ALLOW);
}

TEST(Plan, AuditScopeSaysWhichDenialsAreSeen) {
  const auto plan = [](const std::string& scope) {
    return policy(
        R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"},
      {"names": ["reboot"], "action": "SCMP_ACT_KILL"}])" +
        scope + "}");
  };
  const auto denied = plan("");
  EXPECT_EQ(denied->filter().default_action, notify);
  EXPECT_EQ(plan_of(*denied, "read").otherwise, SECCOMP_RET_ALLOW);
  EXPECT_EQ(plan_of(*denied, "reboot").otherwise, SECCOMP_RET_KILL_THREAD);
  const auto trapped = plan(R"(, "supervise": {"audit": "trapped"})");
  EXPECT_EQ(trapped->filter().default_action, SECCOMP_RET_ERRNO | EPERM);
  const auto all = plan(R"(, "supervise": {"audit": "all"})");
  EXPECT_EQ(all->filter().default_action, notify);
  EXPECT_EQ(plan_of(*all, "read").otherwise, notify);
}

// A trapped call can fail with EINTR. Knowing what a task is isn't worth a umask that silently stays.
TEST(Plan, NothingIsShownThatNoRuleAsksAbout) {
  const auto looks =
      policy(R"({"supervise": {"rules": [{"syscalls": ["@mkdir"], "path": "/a", "action": "deny"}]}})");
  for (const CallPlan& call : looks->filter().calls) {
    const std::string_view name = find_syscall(call.abi, call.nr)->name;
    EXPECT_TRUE(belongs_to(*find_syscall(name), "@mkdir") || name == "io_uring_setup" ||
                name == "landlock_restrict_self")
        << name;
  }
}

TEST(Plan, OfExecsTheMarkedOneIsShownAndNoOther) {
  const auto says = [](const std::string& text, std::uint64_t fourth) {
    const auto program = compile(with_marked_exec(policy(text)->filter()));
    return filter_says(*program, Abi::x86_64, 59, {0, 0, 0, fourth});
  };
  for (const char* text :
       {R"({"defaultAction": "SCMP_ACT_ALLOW"})", R"({"supervise": {"default": {"action": "allow"}}})"}) {
    EXPECT_EQ(says(text, handshake::exec_mark), notify);
    EXPECT_EQ(says(text, handshake::exec_mark + 1), SECCOMP_RET_ALLOW);
    EXPECT_EQ(says(text, 0), SECCOMP_RET_ALLOW);
  }
  // Actions that let nothing pass are unchanged, and actions that only the kernel can do stay in it.
  const std::string denied =
      R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["execve"], "action": )";
  EXPECT_EQ(says(denied + R"("SCMP_ACT_KILL"}]})", handshake::exec_mark), SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(says(R"({"supervise": {"rules": [{"syscalls": ["execve"], "action": "deny"}]}})", 0), notify);
}

// An agent whose exec isn't trapped must wait for Go: an exec that passes ends the thread that brings the listener.
TEST(Plan, SaysWhetherTheMarkedExecIsShown) {
  const auto shows = [](const std::string& text) {
    return shows_marked_exec(with_marked_exec(policy(text)->filter()));
  };
  EXPECT_TRUE(shows(R"({"defaultAction": "SCMP_ACT_ALLOW"})"));
  EXPECT_TRUE(shows(R"({"supervise": {"rules": [{"syscalls": ["execve"], "action": "deny"}]}})"));
  EXPECT_FALSE(shows(R"({"defaultAction": "SCMP_ACT_LOG"})"));
  EXPECT_FALSE(shows(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["execve"], "action":
    "SCMP_ACT_TRAP", "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}]}]})"));
}

TEST(Plan, PlansThatAreTheDefaultAreLeftOut) {
  const auto p = policy(
      R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_LOG"},
    {"names": ["write"], "action": "SCMP_ACT_ALLOW"}], "flags": ["SECCOMP_FILTER_FLAG_LOG"]})");
  EXPECT_EQ(p->filter().calls.size(), 1u);  // read
  EXPECT_TRUE(p->filter().log);
}

TEST(Plan, MoreBranchesThanAFilterHoldsBecomeNotifications) {
  Document document;
  document.supervise.emplace().fallback = Supervise::Default{RuleAction::allow, 1, {}};
  for (std::size_t i = 0; i < 150; ++i) {
    Rule rule;
    rule.syscalls.push_back({std::string(all_syscalls()[i].name), {}});
    for (std::uint64_t value = 0; value < 12; ++value)
      rule.args.push_back({{0, Compare::ne, i + (value << 30)}, {}});
    rule.err = EXDEV;
    rule.audit = false;
    document.supervise->rules.push_back(std::move(rule));
  }
  const auto p = policy(document);
  ASSERT_TRUE(p);
  ASSERT_TRUE(compile(p->filter())) << compile(p->filter()).error().text();
  EXPECT_GT(check_agreement(*p, 8, 20).kernel, 1000);

  std::string many = R"({"supervise": {"default": {"action": "allow"}, "rules": [)";
  for (int i = 0; i < 200; ++i)
    many += R"({"syscalls": ["lseek"], "args": [{"index": 1, "value": )" + std::to_string(i) +
            R"(, "op": "SCMP_CMP_EQ"}], "action": "deny", "audit": false},)";
  many.back() = ']';
  const auto q = policy(many + "}}");
  EXPECT_EQ(plan_of(*q, "lseek").otherwise, notify);
  EXPECT_EQ(plan_of(*q, "lseek").branches.size(), 64u);
  check_agreement(*q, 9, 100);
}

TEST(Plan, ErrnoZeroStaysInTheFilter) {
  const auto p = policy(
      R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["sync"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0}]})");
  EXPECT_EQ(plan_of(*p, "sync").otherwise, SECCOMP_RET_ERRNO);
}

TEST(Show, FitsAHundredColumnsAndNamesWhatDecides) {
  const std::string text =
      show(test::document(R"({"supervise": {"default": {"action": "deny", "errno": "EACCES"}, "rules": [
    {"id": "no-setuid", "syscalls": ["@chmod"], "mode": {"any": "06000"}, "action": "deny"},
    {"id": "here", "syscalls": ["@mkdir", "@chmod"], "path": "/a/**", "action": "allow"}]}})"),
           "p.json", test::environment());
  EXPECT_TRUE(text.starts_with(
      "p.json: x86_64; any other architecture: kill process\n"
      "\n"
      "decided by supervise\n"
      "  mkdir, mkdirat                      trapped: rule here at p.json:3:5, then default\n"
      "  chmod, fchmod, fchmodat, fchmodat2  trapped: rule no-setuid at p.json:2:5, then rule here at\n"
      "                                      p.json:3:5, then default\n"))
      << text;
  EXPECT_TRUE(text.ends_with("\neverything else: filter: allow\n")) << text;
}

TEST(Show, SaysWhatTheAuditCannotSayOfWhatIsKilled) {
  const auto text_of = [](const char* action) {
    return show(
        test::document(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["sync"], "action": ")" +
                       std::string(action) + R"("}]})"),
        "p.json", test::environment());
  };
  const std::string sentence = "What the filter kills for, or sends SIGSYS for, isn't recorded as a call.";
  for (const char* action :
       {"SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL", "SCMP_ACT_TRAP"})
    EXPECT_NE(text_of(action).find(sentence), std::string::npos) << action;
  EXPECT_EQ(text_of("SCMP_ACT_ERRNO").find(sentence), std::string::npos);
}

TEST(Show, MobySizedListsAreWrapped) {
  NEED_FILE(debian_profile);
  const std::string text =
      show(test::document(test::file_text(debian_profile)), "seccomp.json", test::environment());
  std::istringstream lines(text);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(line.size(), 100u) << line;
  EXPECT_LT(count, 120);
  EXPECT_NE(text.find("filter: allow"), std::string::npos);
}

}  // namespace
}  // namespace scsup

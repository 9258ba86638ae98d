// What the filter does by itself agrees with what the policy decides, and with what libseccomp would do.
#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <random>
#include <set>

#include "supervisor/policy/gate.h"
#include "tests/unit/bpf_interpreter.h"
#include "tests/unit/policy_sample.h"

namespace scsup {
namespace {

using test::policy;

constexpr std::uint32_t notify = SECCOMP_RET_USER_NOTIF;
constexpr const char* debian_profile = "/usr/share/containers/seccomp.json";

// `use` is what a profile must have.
#define NEED_FILE(path) \
  if (access(path, R_OK) != 0) GTEST_SKIP() << path << " is missing (package golang-github-containers-common)"

std::uint32_t filter_says(const Program& program, Abi abi, std::uint32_t nr,
                          const std::array<std::uint64_t, 6>& args) {
  return test::run_bpf(program, test::registers(audit_arch(abi), nr, args)).action;
}

CallPlan plan_of(const Policy& policy, std::string_view name, Abi abi = Abi::x86_64) {
  const auto nr = static_cast<std::uint32_t>(find_syscall(name)->number(abi));
  for (const CallPlan& plan : policy.filter().calls)
    if (plan.abi == abi && plan.nr == nr) return plan;
  return {abi, nr, {}, policy.filter().default_action};
}

// The registers that can tell the plans of a call apart: all constants, their neighbours and complements, and
// noise.
std::vector<std::uint64_t> interesting(const CallPlan& plan) {
  std::set<std::uint64_t> values{0, 1, ~std::uint64_t{0}, 0xffffffff, 0x100000000};
  for (const Branch& branch : plan.branches) {
    for (const Comparison& c : branch.all_of) {
      for (const std::uint64_t base :
           {c.value, c.mask, c.value | ~c.mask, c.value ^ c.mask, c.value & c.mask})
        for (const std::uint64_t v :
             {base, base - 1, base + 1, base ^ (std::uint64_t{1} << 32), base | 0xabcd00000000})
          values.insert(v);
    }
  }
  return {values.begin(), values.end()};
}

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

constexpr const char* mobylike = R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
  "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]}],
  "syscalls": [
    {"names": ["read", "write", "getpid", "recv", "mkdir", "execve", "setuid", "umask"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]},
    {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 4294967295, "op": "SCMP_CMP_EQ"}]},
    {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]},
    {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 40, "op": "SCMP_CMP_NE"}, {"index": 1, "value": 5, "op": "SCMP_CMP_LT"}]},
    {"names": ["bind"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 7, "op": "SCMP_CMP_EQ"}]},
    {"names": ["semop", "shmget"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["ioctl"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 1, "value": 21522, "op": "SCMP_CMP_GE"}, {"index": 1, "value": 7, "op": "SCMP_CMP_LE"}]},
    {"names": ["ptrace"], "action": "SCMP_ACT_KILL"}, {"names": ["reboot"], "action": "SCMP_ACT_TRAP"},
    {"names": ["mount"], "action": "SCMP_ACT_TRACE"}, {"names": ["sync"], "action": "SCMP_ACT_LOG"},
    {"names": ["bpf"], "action": "SCMP_ACT_NOTIFY"}])";

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

// The same profile through libseccomp itself, added as runc adds it.
Program by_libseccomp(const Profile& profile, const Environment& environment) {
  const auto action = [](ProfileAction what, std::optional<std::uint32_t> errno_ret) -> std::uint32_t {
    switch (what) {
      case ProfileAction::kill_process:
        return SCMP_ACT_KILL_PROCESS;
      case ProfileAction::kill_thread:
        return SCMP_ACT_KILL_THREAD;
      case ProfileAction::trap:
        return SCMP_ACT_TRAP;
      case ProfileAction::error:
        return SCMP_ACT_ERRNO(errno_ret.value_or(1));
      case ProfileAction::notify:
        return SCMP_ACT_NOTIFY;
      case ProfileAction::trace:
        return SCMP_ACT_TRACE(errno_ret.value_or(1));
      case ProfileAction::log:
        return SCMP_ACT_LOG;
      case ProfileAction::allow:
        return SCMP_ACT_ALLOW;
    }
    return SCMP_ACT_KILL_PROCESS;
  };
  const auto compare = [](const Comparison& c) -> scmp_arg_cmp {
    if (c.mask != ~std::uint64_t{0}) return {c.arg, SCMP_CMP_MASKED_EQ, c.mask, c.value};
    constexpr scmp_compare ops[] = {SCMP_CMP_EQ, SCMP_CMP_NE, SCMP_CMP_LT,
                                    SCMP_CMP_LE, SCMP_CMP_GT, SCMP_CMP_GE};
    return {c.arg, ops[static_cast<int>(c.op)], c.value, 0};
  };
  const std::uint32_t by_default = action(profile.default_action->value, profile.default_errno_ret);
  const auto filter = seccomp_init(by_default);
  seccomp_arch_add(filter, SCMP_ARCH_X86);
  seccomp_arch_add(filter, SCMP_ARCH_X32);
  Diagnostics ignored;
  for (const ProfileEntry& entry : profile.entries) {
    const std::uint32_t said = action(entry.action, entry.errno_ret);
    if (!counts(entry, environment, ignored) || said == by_default) continue;
    for (const auto& name : entry.names) {
      const int number = seccomp_syscall_resolve_name(name.value.c_str());
      if (number == __NR_SCMP_ERROR) continue;
      std::vector<scmp_arg_cmp> args;
      std::set<int> registers;
      for (const auto& argument : entry.args) {
        args.push_back(compare(argument.comparison));
        registers.insert(argument.comparison.arg);
      }
      if (registers.size() == args.size()) {
        seccomp_rule_add_array(filter, said, number, static_cast<unsigned>(args.size()), args.data());
      } else {
        for (const auto& one : args) seccomp_rule_add_array(filter, said, number, 1, &one);
      }
    }
  }
  const int fd = memfd_create("filter", MFD_CLOEXEC);
  seccomp_export_bpf(filter, fd);
  seccomp_release(filter);
  Program program(static_cast<std::size_t>(lseek(fd, 0, SEEK_END)) / sizeof(sock_filter));
  EXPECT_GT(pread(fd, program.data(), program.size() * sizeof(sock_filter), 0), 0);
  close(fd);
  return program;
}

void compare_with_libseccomp(Document document, const Environment& with) {
  document.supervise.emplace().audit = AuditScope::trapped;  // denials of the Docker part stay in the filter
  const Program theirs = by_libseccomp(document.profile, with);
  const auto p = policy(document, with);
  const auto ours = compile(p->filter());
  ASSERT_TRUE(ours) << ours.error().text();
  std::mt19937_64 engine(1);
  for (const Syscall& syscall : all_syscalls()) {
    if (seccomp_syscall_resolve_name(std::string(syscall.name).c_str()) == __NR_SCMP_ERROR) continue;
    for (const Abi abi : p->filter().abis) {
      const auto nr = static_cast<std::uint32_t>(syscall.number(abi));
      if (syscall.number(abi) < 0 || plan_of(*p, syscall.name, abi).otherwise == notify) continue;  // watched
      const auto values = interesting(plan_of(*p, syscall.name, abi));
      for (int i = 0; i < 40; ++i) {
        std::array<std::uint64_t, 6> args;
        for (auto& arg : args) {
          arg = engine() % 4 ? values[engine() % values.size()] : engine() >> engine() % 60;
          if (abi == Abi::i386) arg &= 0xffffffff;
        }
        // The version that ipc(2) takes in its upper half: libseccomp doesn't mind it, we do (multiplexed.h).
        if (syscall.name == "ipc") args[0] &= 0xffff;
        ASSERT_EQ(filter_says(*ours, abi, nr, args), filter_says(theirs, abi, nr, args))
            << name(abi) << " " << syscall.name << std::hex << " " << args[0] << " " << args[1];
      }
    }
  }
}

TEST(Plan, DebiansProfileMeansWhatLibseccompMakesOfIt) {
  NEED_FILE(debian_profile);
  for (const std::uint64_t caps : {std::uint64_t{0}, std::uint64_t{0xa80425fb}, std::uint64_t{1} << 21}) {
    Environment with = test::environment();
    with.caps = caps;
    compare_with_libseccomp(test::document(test::file_text(debian_profile)), with);
  }
}

TEST(Plan, ConditionsMeanWhatLibseccompMakesOfThem) {
  std::string text = mobylike;
  text.resize(text.rfind(", {\"names\": [\"sync\"]"));  // LOG is 4.14; NOTIFY has another meaning here
  compare_with_libseccomp(test::document(text + "]}"), test::environment());
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

TEST(Plan, CallsThatAlterATaskAreSeenWhenRulesLookAtPaths) {
  const auto looks =
      policy(R"({"supervise": {"rules": [{"syscalls": ["@mkdir"], "path": "/a", "action": "deny"}]}})");
  for (const char* name : {"execve", "execveat", "setuid", "umask", "chroot", "unshare"})
    EXPECT_EQ(plan_of(*looks, name).otherwise, notify) << name;
  const auto plain = policy(R"({"defaultAction": "SCMP_ACT_ALLOW"})");
  EXPECT_EQ(plan_of(*plain, "execve").otherwise, notify);
  EXPECT_EQ(plan_of(*plain, "setuid").otherwise, SECCOMP_RET_ALLOW);
  EXPECT_EQ(plan_of(*policy(R"({"defaultAction": "SCMP_ACT_LOG"})"), "execve").otherwise, notify);
}

TEST(Plan, PlansThatAreTheDefaultAreLeftOut) {
  const auto p = policy(
      R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_LOG"},
    {"names": ["write"], "action": "SCMP_ACT_ALLOW"}], "flags": ["SECCOMP_FILTER_FLAG_LOG"]})");
  EXPECT_EQ(p->filter().calls.size(), 3u);  // read, execve, execveat
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

#include "supervisor/seccomp/filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <set>
#include <string>

#include "supervisor/seccomp/syscalls.h"
#include "tests/unit/bpf_interpreter.h"

namespace scsup {
namespace {

constexpr std::uint32_t allow = SECCOMP_RET_ALLOW, notify = SECCOMP_RET_USER_NOTIF;
constexpr std::uint32_t kill_process = SECCOMP_RET_KILL_PROCESS;
constexpr std::uint32_t error(std::uint32_t err) { return SECCOMP_RET_ERRNO | err; }

const std::vector<Abi> all_abis{Abi::x86_64, Abi::i386, Abi::x32};

// The plan's action for a call, evaluated directly.
std::uint32_t expected(const FilterPlan& plan, const seccomp_data& data) {
  const auto nr = static_cast<std::uint32_t>(data.nr);
  const auto abi = abi_of(data.arch, nr);
  if (!abi || std::ranges::find(plan.abis, *abi) == plan.abis.end()) return kill_process;
  for (const CallPlan& call : plan.calls) {
    if (call.abi != *abi || call.nr != nr) continue;
    for (const Branch& branch : call.branches)
      if (std::ranges::all_of(branch.all_of, [&](const Comparison& c) { return c.holds(data.args[c.arg]); }))
        return branch.action;
    return call.otherwise;
  }
  return plan.default_action;
}

Program compiled(const FilterPlan& plan) {
  auto program = compile(plan);
  EXPECT_TRUE(program) << (program ? "" : program.error().text());
  return program ? *program : Program{};
}

void expect_same(const FilterPlan& plan, const Program& program, const seccomp_data& data,
                 const char* what = "") {
  ASSERT_EQ(test::run_bpf(program, data).action, expected(plan, data))
      << what << " arch " << std::hex << data.arch << " nr " << data.nr << " args " << data.args[0] << " "
      << data.args[1] << " " << data.args[2];
}

std::vector<CallPlan> every_call(std::uint32_t action, const std::vector<Abi>& abis) {
  std::vector<CallPlan> calls;
  for (const Syscall& call : all_syscalls())
    for (Abi abi : abis)
      if (call.number(abi) >= 0)
        calls.push_back({abi, static_cast<std::uint32_t>(call.number(abi)), {}, action});
  return calls;
}

class RandomPlan {
 public:
  explicit RandomPlan(unsigned seed) : random_(seed) {}

  template <class T>
  T one_of(const std::vector<T>& from) {
    return from[random_() % from.size()];
  }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  std::uint32_t action() {
    return one_of<std::uint32_t>({allow, notify, kill_process, SECCOMP_RET_KILL_THREAD, error(1), error(0),
                                  error(38), error(4095), SECCOMP_RET_TRAP, SECCOMP_RET_TRAP | 7,
                                  SECCOMP_RET_LOG, SECCOMP_RET_TRACE | 9});
  }
  std::uint64_t word() {
    static const std::vector<std::uint64_t> boundaries{0,
                                                       1,
                                                       2,
                                                       0x7fffffff,
                                                       0x80000000,
                                                       0xffffffff,
                                                       0x1'0000'0000,
                                                       0x1'0000'0001,
                                                       0xff'ffff'ffff,
                                                       0x7fffffff'ffffffff,
                                                       0x80000000'00000000,
                                                       ~std::uint64_t{0},
                                                       06000,
                                                       0777,
                                                       0xffffff9c};
    return below(3) ? one_of(boundaries) : random_() ^ random_() << 32;
  }
  Comparison comparison() {
    Comparison c;
    c.arg = static_cast<std::uint8_t>(below(6));
    c.op = static_cast<Compare>(below(6));
    c.value = word();
    if (below(2)) c.mask = word();
    if (below(2)) c.value &= c.mask;
    return c;
  }
  std::uint32_t number(Abi abi) {
    std::uint32_t nr = below(4)
                           ? static_cast<std::uint32_t>(below(560))
                           : one_of<std::uint32_t>({1000, 0x3fffffff, 0x3ffffffe, 359, 102, 117, 452, 469});
    return abi == Abi::x32 ? nr | x32_bit : nr;
  }
  FilterPlan plan() {
    FilterPlan plan;
    plan.default_action = action();
    for (Abi abi : all_abis)
      if (below(3)) plan.abis.push_back(abi);
    if (plan.abis.empty()) plan.abis.push_back(one_of(all_abis));
    std::shuffle(plan.abis.begin(), plan.abis.end(), random_);
    std::set<std::pair<Abi, std::uint32_t>> taken;
    for (std::uint64_t calls = below(2) ? below(8) : below(150); calls > 0; --calls) {
      CallPlan call;
      call.abi = one_of(plan.abis);
      call.nr = number(call.abi);
      if (!taken.emplace(call.abi, call.nr).second) continue;
      call.otherwise = below(4) ? action() : plan.default_action;
      if (!below(3))
        for (std::uint64_t branches = below(4); branches > 0; --branches) {
          Branch branch;
          branch.action = action();
          for (std::uint64_t n = below(4); n > 0; --n) branch.all_of.push_back(comparison());
          call.branches.push_back(branch);
        }
      plan.calls.push_back(call);
    }
    return plan;
  }
  // Registers around the values that the plan compares with.
  std::array<std::uint64_t, 6> args_near(const CallPlan& call) {
    std::array<std::uint64_t, 6> args;
    for (std::uint64_t& arg : args) arg = word();
    for (const Branch& branch : call.branches)
      for (const Comparison& c : branch.all_of)
        if (below(2))
          args[c.arg] = (c.value & c.mask) + one_of<std::uint64_t>({0, 0, 1, ~std::uint64_t{0}}) +
                        (below(2) ? word() & ~c.mask : 0);
    return args;
  }

 private:
  std::mt19937_64 random_;
};

TEST(Filter, MeansWhatItsPlanSays) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    RandomPlan random(seed);
    const FilterPlan plan = random.plan();
    const Program program = compiled(plan);
    ASSERT_FALSE(program.empty());
    SCOPED_TRACE(seed);
    for (const CallPlan& call : plan.calls)
      for (int i = 0; i < 12; ++i)
        expect_same(plan, program, test::registers(audit_arch(call.abi), call.nr, random.args_near(call)));
    for (int i = 0; i < 200; ++i) {
      const auto arch =
          random.one_of<std::uint32_t>({AUDIT_ARCH_I386, AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64, 0});
      auto nr = static_cast<std::uint32_t>(random.below(600));
      if (random.below(2)) nr |= x32_bit;
      expect_same(plan, program, test::registers(arch, nr, {random.word(), random.word()}));
    }
    if (HasFatalFailure()) return;
  }
}

TEST(Filter, ComparesAtBoundaries) {
  const std::uint64_t edges[] = {
      0, 1, 0xffffffff, 0x1'0000'0000, 0x1'0000'0001, 0x2'0000'0000, ~std::uint64_t{0}};
  for (Compare op : {Compare::eq, Compare::ne, Compare::lt, Compare::le, Compare::gt, Compare::ge})
    for (std::uint64_t value : edges)
      for (std::uint64_t mask : {~std::uint64_t{0}, std::uint64_t{0xffffffff},
                                 std::uint64_t{0xffffffff} << 32, std::uint64_t{06000}, std::uint64_t{0}}) {
        const Comparison c{.arg = 5, .op = op, .value = value, .mask = mask};
        const FilterPlan plan{.abis = {Abi::x86_64},
                              .default_action = allow,
                              .calls = {{Abi::x86_64, 83, {{{c}, notify}}, error(1)}}};
        const Program program = compiled(plan);
        for (std::uint64_t argument : edges)
          expect_same(plan, program, test::registers(AUDIT_ARCH_X86_64, 83, {0, 0, 0, 0, 0, argument}));
      }
}

TEST(Filter, TheFirstBranchThatHoldsDecides) {
  const Comparison setuid{.arg = 1, .op = Compare::ne, .value = 0, .mask = 06000};
  const FilterPlan plan{
      .abis = all_abis,
      .default_action = allow,
      .calls = {{Abi::x86_64, 90, {{{setuid}, error(13)}, {{}, notify}, {{}, kill_process}}, allow}}};
  const Program program = compiled(plan);
  EXPECT_EQ(test::run_bpf(program, test::registers(AUDIT_ARCH_X86_64, 90, {0, 04755})).action, error(13));
  EXPECT_EQ(test::run_bpf(program, test::registers(AUDIT_ARCH_X86_64, 90, {0, 0755})).action, notify);
}

TEST(Filter, JudgesAnI386CallByItsOwnNumbers) {
  const FilterPlan plan{.abis = {Abi::x86_64, Abi::i386},
                        .default_action = allow,
                        .calls = {{Abi::x86_64, 83, {}, error(1)}, {Abi::i386, 39, {}, notify}}};
  const Program program = compiled(plan);
  EXPECT_EQ(test::run_bpf(program, test::registers(AUDIT_ARCH_X86_64, 83)).action, error(1));
  EXPECT_EQ(test::run_bpf(program, test::registers(AUDIT_ARCH_X86_64, 39)).action, allow);
  EXPECT_EQ(test::run_bpf(program, test::registers(AUDIT_ARCH_I386, 39)).action, notify);
  EXPECT_EQ(test::run_bpf(program, test::registers(AUDIT_ARCH_I386, 83)).action, allow);
  EXPECT_EQ(test::run_bpf(program, test::registers(AUDIT_ARCH_X86_64, x32_bit | 83)).action, kill_process);
}

// A tracer cancels a call by making its number -1. That has bit 30 set, but is no x32 call.
TEST(Filter, GivesACancelledCallTheDefaultAction) {
  for (const std::vector<Abi>& abis : {std::vector<Abi>{Abi::x86_64}, all_abis}) {
    const Program program =
        compiled({.abis = abis, .default_action = error(38), .calls = {{Abi::x86_64, 83, {}, allow}}});
    EXPECT_EQ(test::run_bpf(program, test::registers(AUDIT_ARCH_X86_64, ~0u)).action, error(38));
    EXPECT_EQ(test::run_bpf(program, test::registers(AUDIT_ARCH_X86_64, ~1u)).action,
              abis.size() == 1 ? kill_process : error(38));
  }
}

// For libseccomp a rule for i386's socket is one for a sub-call of socketcall too; so for 27 calls. Its names for
// them are negative numbers.
TEST(Filter, DecidesSocketAndSocketcallApart) {
  for (std::uint32_t default_action : {allow, error(38)})
    for (std::uint32_t planned : {359u, 337u, 395u, 400u, 102u, 117u, ~0u - 100, ~0u - 222}) {
      const FilterPlan plan{
          .abis = {Abi::i386}, .default_action = default_action, .calls = {{Abi::i386, planned, {}, notify}}};
      const Program program = compiled(plan);
      expect_same(plan, program, test::registers(AUDIT_ARCH_I386, planned));
      for (std::uint32_t nr = 0; nr < 500; ++nr)
        for (std::uint64_t sub_call = 0; sub_call < 25; ++sub_call)
          expect_same(plan, program, test::registers(AUDIT_ARCH_I386, nr, {sub_call}));
    }
}

TEST(Filter, HoldsEveryCallOfEveryAbi) {
  for (std::uint32_t default_action : {error(1), kill_process, notify}) {
    const FilterPlan plan{
        .abis = all_abis, .default_action = default_action, .calls = every_call(allow, all_abis)};
    const Program program = compiled(plan);
    EXPECT_LE(program.size(), static_cast<std::size_t>(BPF_MAXINSNS));
    for (Abi abi : all_abis)
      for (std::uint32_t nr = 0; nr < 600; ++nr)
        expect_same(plan, program, test::registers(audit_arch(abi), abi == Abi::x32 ? nr | x32_bit : nr));
  }
}

TEST(Filter, TrapsAGroupOnEveryAbi) {
  FilterPlan plan{.abis = all_abis, .default_action = allow, .calls = {}};
  for (const Syscall& call : all_syscalls())
    for (Abi abi : all_abis)
      if (call.family == Family::chmod)
        plan.calls.push_back({abi, static_cast<std::uint32_t>(call.number(abi)), {}, notify});
  const Program program = compiled(plan);
  for (const CallPlan& call : plan.calls)
    EXPECT_EQ(test::run_bpf(program, test::registers(audit_arch(call.abi), call.nr)).action, notify);
}

// The kernel skips the filter for a call that is always allowed, if nr and arch alone show that
// (linux:kernel/seccomp.c, seccomp_is_const_allow).
TEST(Filter, DecidesAPlainlyAllowedCallFromItsNumberAlone) {
  FilterPlan plan{.abis = all_abis, .default_action = error(1), .calls = every_call(allow, all_abis)};
  for (CallPlan& call : plan.calls)
    if (call.nr % 10 == 0) call.branches = {{{{.arg = 0, .op = Compare::gt, .value = call.nr}}, notify}};
  const Program program = compiled(plan);
  const std::set<std::uint32_t> constant{offsetof(seccomp_data, nr), offsetof(seccomp_data, arch)};
  for (const CallPlan& call : plan.calls) {
    const auto result = test::run_bpf(program, test::registers(audit_arch(call.abi), call.nr, {~0ull}));
    if (call.branches.empty()) {
      EXPECT_EQ(result.loaded, constant) << call.nr;
      EXPECT_EQ(result.action, allow);
      EXPECT_LT(result.steps, 40);
    } else {
      EXPECT_GT(result.loaded.size(), 2u) << call.nr;
    }
  }
}

TEST(Filter, JumpsOverMoreThan255Instructions) {
  FilterPlan plan{.abis = {Abi::x86_64}, .default_action = allow, .calls = {}};
  for (std::uint32_t nr = 0; nr < 20; ++nr) {
    CallPlan call{Abi::x86_64, nr, {}, error(nr + 1)};
    for (std::uint64_t i = 0; i < 30; ++i)
      call.branches.push_back({{{.arg = 0, .op = Compare::eq, .value = i * 1000 + nr}},
                               error(100 + static_cast<std::uint32_t>(i))});
    plan.calls.push_back(call);
  }
  const Program program = compiled(plan);
  EXPECT_GT(program.size(), 1000u);
  for (std::uint32_t nr = 0; nr < 25; ++nr)
    for (std::uint64_t i = 0; i < 31; ++i)
      expect_same(plan, program, test::registers(AUDIT_ARCH_X86_64, nr, {i * 1000 + nr}));
}

TEST(Filter, WritesTheSameBranchesOnce) {
  const std::vector<Branch> branches{{{{.arg = 1, .op = Compare::ne, .value = 0, .mask = 06000}}, notify}};
  FilterPlan plan{.abis = all_abis, .default_action = allow, .calls = {{Abi::x86_64, 83, branches, allow}}};
  const std::size_t one = compiled(plan).size();
  plan.calls.push_back({Abi::i386, 39, branches, allow});
  plan.calls.push_back({Abi::x32, x32_bit | 83, branches, allow});
  EXPECT_LE(compiled(plan).size(), one + 5);
}

TEST(Filter, RefusesAProgramThatTheKernelWouldRefuse) {
  FilterPlan plan{.abis = {Abi::x86_64}, .default_action = allow, .calls = {{Abi::x86_64, 83, {}, allow}}};
  for (std::uint64_t i = 0; i < 1200; ++i)
    plan.calls[0].branches.push_back({{{.arg = 1, .op = Compare::eq, .value = i}}, error(1)});
  const auto program = compile(plan);
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().err, E2BIG);
  EXPECT_NE(program.error().what.find("takes 4096"), std::string::npos) << program.error().what;
}

TEST(Filter, RefusesAPlanThatContradictsItself) {
  const auto refused = [](const FilterPlan& plan) {
    const auto program = compile(plan);
    return program ? std::string("accepted") : program.error().what;
  };
  EXPECT_EQ(refused({.abis = {}, .default_action = allow, .calls = {}}),
            "a filter plan must admit at least one ABI");
  EXPECT_EQ(refused({.abis = {Abi::x86_64}, .default_action = allow, .calls = {{Abi::i386, 39, {}, notify}}}),
            "call 39 of i386 is planned, but the plan doesn't admit that ABI");
  EXPECT_EQ(refused({.abis = {Abi::x86_64},
                     .default_action = allow,
                     .calls = {{Abi::x86_64, x32_bit | 83, {}, allow}}}),
            "call 1073741907 of x86_64 is planned, but bit 30 of its number says another ABI");
  EXPECT_EQ(refused({.abis = {Abi::x32}, .default_action = allow, .calls = {{Abi::x32, 83, {}, allow}}}),
            "call 83 of x32 is planned, but bit 30 of its number says another ABI");
  EXPECT_EQ(refused({.abis = {Abi::x86_64},
                     .default_action = allow,
                     .calls = {{Abi::x86_64, 83, {}, notify}, {Abi::x86_64, 83, {}, allow}}}),
            "call 83 of x86_64 is planned twice");
  EXPECT_EQ(refused({.abis = {Abi::x86_64},
                     .default_action = allow,
                     .calls = {{Abi::x86_64, 83, {{{{.arg = 6}}, notify}}, allow}}}),
            "call 83 of x86_64 compares an argument after the sixth");
}

TEST(SealedMemfd, HoldsTheProgramAndCantBeChanged) {
  const Program program = compiled({.abis = {Abi::x86_64}, .default_action = allow, .calls = {}});
  const auto file = sealed_memfd(program);
  ASSERT_TRUE(file) << file.error().text();
  Program read_back(program.size() + 1);
  ASSERT_EQ(read(file->get(), read_back.data(), read_back.size() * sizeof(sock_filter)),
            static_cast<ssize_t>(program.size() * sizeof(sock_filter)));
  EXPECT_EQ(std::memcmp(read_back.data(), program.data(), program.size() * sizeof(sock_filter)), 0);
  EXPECT_EQ(pwrite(file->get(), "x", 1, 0), -1);
  EXPECT_EQ(errno, EPERM);
  EXPECT_EQ(ftruncate(file->get(), 0), -1);
  EXPECT_EQ(ftruncate(file->get(), 1 << 20), -1);
  EXPECT_EQ(fcntl(file->get(), F_ADD_SEALS, F_SEAL_WRITE), -1);
  EXPECT_EQ(fcntl(file->get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(mmap(nullptr, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file->get(), 0), MAP_FAILED);
}

}  // namespace
}  // namespace scsup

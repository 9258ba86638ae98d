// Whatever an engine's seccomp section says, the merged one is never weaker, and the supervisor gets all calls that
// it must see: both sections as filters made by libseccomp.
#include <algorithm>

#include "supervisor/policy/engines/merged_profile.h"
#include "supervisor/policy/text/json_text.h"
#include "supervisor/seccomp/engine_names.h"
#include "tests/unit/libseccomp_sample.h"

namespace scsup {
namespace {

constexpr const char* abis = R"("architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"])";
constexpr const char* calls[] = {"mkdir",   "mkdirat",  "chmod",  "fchmod",      "fchmodat2", "socket",
                                 "connect", "recv",     "shmget", "personality", "umask",     "execve",
                                 "getppid", "setuid32", "clone",  "ptrace"};

// Rules on paths, rules that the filter could decide alone, allow lists, traps.
const std::string policies[] = {
    R"("supervise": {"rules": [{"syscalls": ["@mkdir", "@chmod"], "path": "/a/**", "action": "allow"}]}})",
    R"("supervise": {"default": {"action": "allow"}, "rules": [
        {"syscalls": ["getppid", "connect", "shmget"], "action": "deny", "errno": "EXDEV", "audit": false},
        {"syscalls": ["@chmod"], "mode": {"any": "06000"}, "action": "deny", "audit": false}]}})",
    R"("supervise": {"trap": ["personality", "socket", "clone"]}})",
    R"("syscalls": [{"names": ["ptrace"], "action": "SCMP_ACT_KILL"},
        {"names": ["personality"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]}]})"};

const std::string allow_list = std::string("{") + abis + R"(, "defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
  {"names": ["write", "read", "mkdir", "recv", "socket", "execve"], "action": "SCMP_ACT_ALLOW"}]})";

// Leaves out what libseccomp 2.5.4 turns into something unwritten: entries with "args" and without for one call; no
// entry without "args" for a call that each ABI has (the number is then never loaded).
constexpr const char* last = R"({"names": ["getpriority"], "action": "SCMP_ACT_TRAP"})";

class Sections {
 public:
  explicit Sections(std::uint32_t seed) : engine_(seed) {}

  std::string next() {
    std::string text = std::string(below(2) ? "{\"defaultErrnoRet\": 38, " : "{") + "\"defaultAction\": \"" +
                       pick({"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_LOG"}) +
                       "\", " + abis + ", \"syscalls\": [";
    const int entries = below(9);
    conditional_ = engine_();
    for (int i = 0; i < entries; ++i) text += entry() + ", ";
    return text + last + "]}";
  }

 private:
  int below(int limit) { return static_cast<int>(engine_() % static_cast<unsigned>(limit)); }
  const char* pick(std::initializer_list<const char*> words) {
    return words.begin()[below(static_cast<int>(words.size()))];
  }
  std::string entry() {
    const bool conditional = below(2);
    std::string names;
    for (int i = 0; i <= below(4); ++i) {
      const int which = below(std::size(calls));
      if (conditional == (conditional_ >> which & 1))
        names += (names.empty() ? "\"" : ", \"") + std::string(calls[which]) + "\"";
    }
    std::string text = "{\"names\": [" + names + "], \"action\": \"" +
                       pick({"SCMP_ACT_ALLOW", "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS",
                             "SCMP_ACT_LOG", "SCMP_ACT_TRAP", "SCMP_ACT_TRACE", "SCMP_ACT_NOTIFY"}) +
                       "\"";
    if (text.ends_with("ERRNO\"") && below(2))
      text += std::string(", \"errnoRet\": ") + pick({"38", "1", "5"});
    if (conditional) {
      text += ", \"args\": [";
      for (int i = 0, args = 1 + below(2); i < args; ++i) text += (i ? ", " : "") + argument();
      text += "]";
    }
    return text + "}";
  }
  // With masks that contain the value: libseccomp makes mistakes with others if there is also an unconditional entry.
  std::string argument() {
    const std::string index = "{\"index\": " + std::to_string(below(3)) + ", \"value\": ";
    if (below(6) == 0)
      return index +
             pick({"2080505864, \"valueTwo\": 8", "4294967303, \"valueTwo\": 3", "8, \"valueTwo\": 0",
                   "15, \"valueTwo\": 8"}) +
             ", \"op\": \"SCMP_CMP_MASKED_EQ\"}";
    return index + pick({"8", "3", "1", "4294967303", "2080505856"}) + ", \"op\": \"" +
           pick({"SCMP_CMP_EQ", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_GE", "SCMP_CMP_LE", "SCMP_CMP_GT"}) +
           "\"}";
  }
  std::mt19937_64 engine_;
  std::uint64_t conditional_ = 0;  // calls whose entries have "args"
};

bool is_errno(std::uint32_t action) { return (action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO; }
bool lets(std::uint32_t action) { return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG; }
bool is_trace(std::uint32_t action) { return (action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRACE; }

// One 32-bit comparison, and values that could distinguish it.
constexpr std::uint64_t values[] = {0,          1,          2,          3,          4,
                                    7,          8,          9,          10,         0xffffffff,
                                    4294967303, 4294967304, 2080505856, 2080505859, ~std::uint64_t{0}};

auto conditional_entries(const Profile& profile, std::string_view call) {
  return std::ranges::count_if(profile.entries, [&](const ProfileEntry& entry) {
    return !entry.args.empty() &&
           std::ranges::find(entry.names, call, &Located<std::string>::value) != entry.names.end();
  });
}

void compare(const std::string& before_text, const std::string& after_text, const Policy& policy,
             std::mt19937_64& engine) {
  const Profile profile = test::document(before_text).profile;
  const Program before = by_libseccomp(profile, test::environment());
  const Program after = by_libseccomp(test::document(after_text).profile, test::environment());
  const auto alone = compile(policy.filter());
  ASSERT_TRUE(alone);
  for (const Syscall& syscall : all_syscalls()) {
    if (seccomp_syscall_resolve_name(std::string(syscall.name).c_str()) == __NR_SCMP_ERROR) continue;
    const bool interesting = std::ranges::find(calls, syscall.name) != std::end(calls) ||
                             syscall.name == "socketcall" || syscall.name == "ipc";
    // From several entries with "args" for one call libseccomp makes something stricter than they mean.
    const bool simple = conditional_entries(profile, syscall.name) < 2;
    for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32}) {
      if (syscall.number(abi) < 0) continue;
      const auto nr = static_cast<std::uint32_t>(syscall.number(abi));
      for (int i = 0; i < (interesting ? 60 : 1); ++i) {
        std::array<std::uint64_t, 6> args;
        for (auto& arg : args) {
          arg = values[engine() % std::size(values)];
          if (abi == Abi::i386) arg &= 0xffffffff;
        }
        const std::uint32_t was = filter_says(before, abi, nr, args), is = filter_says(after, abi, nr, args);
        const std::uint32_t asked = filter_says(*alone, abi, nr, args);
        const auto what = [&] {
          return std::string(syscall.name) + " on " + std::string(name(abi)) + " " + std::to_string(args[0]) +
                 " " + std::to_string(args[1]) + " " + std::to_string(args[2]) + "\n" + before_text + "\n" +
                 after_text;
        };
        if (!lets(was)) {
          ASSERT_TRUE(is == was || (is_trace(was) && is_errno(is)) || (!simple && is != notify && !lets(is)))
              << what() << std::hex << "\n"
              << was << " " << is;
        } else if (lets(asked)) {
          // What a default closed by names leaves out: calls inside socketcall(2) and ipc(2) that don't exist, and
          // those that libseccomp knows on some ABIs only.
          const bool may_be_less =
              syscall.name == "ipc" || syscall.name == "socketcall" || !engines_know(syscall) || !simple;
          ASSERT_TRUE(is == was || is == notify || (may_be_less && is_errno(is)))
              << what() << std::hex << "\n"
              << was << " " << is;
        } else {
          ASSERT_FALSE(lets(is)) << what() << std::hex << "\n" << was << " " << is << " " << asked;
        }
      }
    }
  }
}

TEST(MergedProfile, IsNeverWeakerAndShowsThePolicyItsCalls) {
  std::mt19937_64 engine(7);
  Sections sections(3);
  int merged_ones = 0, refused = 0;
  for (int round = 0; round < 240; ++round) {
    const int which = round % 5;
    const auto p = policy(which == 4 ? allow_list
                                     : std::string("{\"defaultAction\": \"SCMP_ACT_ALLOW\", ") + abis + ", " +
                                           policies[which]);
    const std::string text = sections.next();
    Diagnostics mistakes;
    const auto section = read_json(text, mistakes);
    ASSERT_TRUE(section) << text;
    const auto merged = merged_profile(*section, "config.json", *p, {"/run/l.sock", "policy=p"});
    if (!merged) {
      ++refused;
      ASSERT_NE(merged.error().text().find("can't be turned around"), std::string::npos)
          << merged.error().text();
      continue;
    }
    ++merged_ones;
    const std::string after = json_text(*merged);
    compare(text, after, *p, engine);
    const auto again = merged_profile(*merged, "config.json", *p, {"/run/l.sock", "policy=p"});
    ASSERT_TRUE(again) << again.error().text();
    ASSERT_EQ(json_text(*again), after);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(merged_ones, 120);
  RecordProperty("refused", refused);
}

}  // namespace
}  // namespace scsup

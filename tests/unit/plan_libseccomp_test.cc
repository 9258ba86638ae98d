// Our filter means the same as libseccomp's for the same profile.
#include <gtest/gtest.h>

#include "tests/unit/libseccomp_sample.h"

namespace scsup {
namespace {

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
      if (syscall.number(abi) < 0 || plan_of(*p, syscall.name, abi).otherwise == notify) continue;
      const auto values = interesting(plan_of(*p, syscall.name, abi));
      for (int i = 0; i < 40; ++i) {
        std::array<std::uint64_t, 6> args;
        for (auto& arg : args) {
          arg = engine() % 4 ? values[engine() % values.size()] : engine() >> engine() % 60;
          if (abi == Abi::i386) arg &= 0xffffffff;
        }
        // ipc(2) takes a version in its upper half: libseccomp ignores that, we don't (multiplexed.h).
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

}  // namespace
}  // namespace scsup

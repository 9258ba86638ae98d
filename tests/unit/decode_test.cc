#include "supervisor/target/decode.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "supervisor/target/memory.h"

namespace scsup {
namespace {

seccomp_data call(std::uint32_t arch, std::uint32_t nr, std::initializer_list<std::uint64_t> args) {
  seccomp_data data{};
  data.arch = arch;
  data.nr = static_cast<int>(nr);
  std::copy(args.begin(), args.end(), data.args);
  return data;
}

TEST(Decode, TurnsMkdirIntoItsAtForm) {
  const auto decoded = decode_registers(call(AUDIT_ARCH_X86_64, SYS_mkdir, {0x1000, 0755}));
  ASSERT_TRUE(decoded && decoded->syscall);
  EXPECT_EQ(decoded->syscall->name, "mkdir");
  EXPECT_EQ(decoded->operand.dirfd, AT_FDCWD);
  EXPECT_EQ(decoded->mode, 0755u);
}

TEST(Decode, LooksAtAsManyBitsAsTheKernel) {
  const auto decoded = decode_registers(
      call(AUDIT_ARCH_X86_64, SYS_mkdirat, {0xdeadbeef00000005, 0x1000, 0xffff0000ffff0000 | 04755}));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->operand.dirfd, 5);
  EXPECT_EQ(decoded->mode, 04755u);
}

TEST(Decode, TurnsFchmodIntoAnEmptyPath) {
  const auto decoded = decode_registers(call(AUDIT_ARCH_X86_64, SYS_fchmod, {7, 0600}));
  ASSERT_TRUE(decoded && decoded->operand.path);
  EXPECT_EQ(*decoded->operand.path, "");
  EXPECT_EQ(decoded->operand.dirfd, 7);
  EXPECT_EQ(decoded->flags, unsigned{AT_EMPTY_PATH});
}

TEST(Decode, AsksTheArchitectureBeforeTheNumber) {
  EXPECT_EQ(decode_registers(call(AUDIT_ARCH_I386, 39, {}))->syscall->name, "mkdir");
  EXPECT_EQ(decode_registers(call(AUDIT_ARCH_X86_64, 39, {}))->syscall->name, "getpid");
  const auto x32 = decode_registers(call(AUDIT_ARCH_X86_64, 83 | x32_bit, {}));
  EXPECT_EQ(x32->abi, Abi::x32);
  EXPECT_EQ(x32->syscall->name, "mkdir");
}

TEST(Decode, KnowsNothingOfOtherArchitectures) {
  EXPECT_FALSE(decode_registers(call(AUDIT_ARCH_AARCH64, 83, {})));
}

TEST(Decode, KeepsANumberThatTheTableLacks) {
  const auto decoded = decode_registers(call(AUDIT_ARCH_X86_64, 9999, {1, 2}));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->syscall, nullptr);
  EXPECT_EQ(decoded->nr, 9999u);
  EXPECT_EQ(decoded->args[1], 2u);
}

// --- memory; of this process, which may always be read ---

class Pages : public ::testing::Test {
 protected:
  // | two readable pages | one that is not |
  Pages() {
    base_ = static_cast<char*>(
        mmap(nullptr, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(base_ + 2 * page, page, PROT_NONE);
  }
  ~Pages() override { munmap(base_, 3 * page); }
  static auto read(const char* at) {
    return read_path(getpid(), RemoteAddress{reinterpret_cast<std::uint64_t>(at)});
  }
  static constexpr std::size_t page = 4096;
  char* base_;
};

TEST_F(Pages, APathMayCrossPages) {
  char* at = base_ + page - 3;
  std::strcpy(at, "/crosses");
  EXPECT_EQ(std::get<std::string>(read(at)), "/crosses");
}

TEST_F(Pages, APathMayEndAtTheLastReadableByte) {
  char* at = base_ + 2 * page - 5;
  std::memcpy(at, "/end", 5);
  EXPECT_EQ(std::get<std::string>(read(at)), "/end");
}

TEST_F(Pages, APathThatRunsIntoUnreadableMemoryIsEfault) {
  char* at = base_ + 2 * page - 4;
  std::memcpy(at, "/end", 4);
  EXPECT_EQ(std::get<ReadFailure>(read(at)).err, EFAULT);
  EXPECT_EQ(std::get<ReadFailure>(read(nullptr)).err, EFAULT);
}

TEST_F(Pages, APathWithoutNulWithinPathMaxIsTooLongAndNeverCut) {
  std::memset(base_, 'a', 2 * page - 1);
  EXPECT_EQ(std::get<ReadFailure>(read(base_)).err, ENAMETOOLONG);
  base_[4095] = '\0';
  EXPECT_EQ(std::get<std::string>(read(base_)).size(), 4095u);
}

}  // namespace
}  // namespace scsup

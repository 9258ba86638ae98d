// Arguments are compared as in Docker's filter: whole registers, unsigned, each operator; both in the filter and by
// scsup.
#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

constexpr int matched = 54;  // EXFULL: nothing else gives it

// Where the entry is decided: recorded denials are trapped, others stay in the filter.
class Comparisons : public ScsupTest, public testing::WithParamInterface<const char*> {
 protected:
  // Calls getpriority, for which bad arguments are harmless, with these registers under an entry with these args.
  bool denies(const std::string& args, Words registers) {
    const std::string file =
        policy(R"({"defaultAction": "SCMP_ACT_ALLOW", "supervise": {"audit": ")" + std::string(GetParam()) +
               R"("}, "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 54,
                                       "args": [)" +
               args + "]}]}");
    registers.insert(registers.begin(), {own_program("try_call"), "140"});
    const Finished done = supervised(file, registers, {"--audit", "none"});
    EXPECT_TRUE(done.code() == matched || done.code() == 0 || done.code() == EINVAL || done.code() == ESRCH)
        << done.code() << done.out << done.err;
    return done.code() == matched;
  }
  static std::string arg(int index, const std::string& op, const std::string& value,
                         const std::string& second = "0") {
    return R"({"index": )" + std::to_string(index) + R"(, "op": "SCMP_CMP_)" + op + R"(", "value": )" +
           value + R"(, "valueTwo": )" + second + "}";
  }
};

struct Row {
  const char* op;
  bool below, same, above;  // whether 6, 7, 8 match against 7
};

TEST_P(Comparisons, EachOperator) {
  for (const Row& row : {Row{"NE", true, false, true},
                         {"LT", true, false, false},
                         {"LE", true, true, false},
                         {"EQ", false, true, false},
                         {"GE", false, true, true},
                         {"GT", false, false, true}}) {
    EXPECT_EQ(denies(arg(1, row.op, "7"), {"9", "6"}), row.below) << row.op;
    EXPECT_EQ(denies(arg(1, row.op, "7"), {"9", "7"}), row.same) << row.op;
    EXPECT_EQ(denies(arg(1, row.op, "7"), {"9", "8"}), row.above) << row.op;
  }
}

TEST_P(Comparisons, MaskedEqualTakesTheMaskFirst) {
  const std::string masked = arg(0, "MASKED_EQ", "240", "48");
  EXPECT_TRUE(denies(masked, {"0x3f"}));
  EXPECT_TRUE(denies(masked, {"0x1030"}));
  EXPECT_FALSE(denies(masked, {"0x70"}));
  EXPECT_FALSE(denies(masked, {"0"}));
}

TEST_P(Comparisons, All64BitsUnsigned) {
  EXPECT_FALSE(denies(arg(1, "EQ", "1"), {"9", "0x100000001"}));
  EXPECT_TRUE(denies(arg(1, "EQ", "4294967297"), {"9", "0x100000001"}));
  EXPECT_TRUE(denies(arg(1, "GT", "9223372036854775807"), {"9", "0xffffffffffffffff"}));
  EXPECT_FALSE(denies(arg(1, "LT", "5"), {"9", "0xffffffffffffffff"}));
  EXPECT_TRUE(denies(arg(1, "MASKED_EQ", "18446744069414584320", "4294967296"), {"9", "0x100000005"}));
}

TEST_P(Comparisons, SeveralArgumentsMustAllHold) {
  const std::string both = arg(0, "EQ", "9") + "," + arg(1, "GE", "3");
  EXPECT_TRUE(denies(both, {"9", "3"}));
  EXPECT_FALSE(denies(both, {"9", "2"}));
  EXPECT_FALSE(denies(both, {"8", "3"}));
}

TEST_P(Comparisons, SeveralEntriesForOneCallAreOred) {
  const std::string entry =
      R"({"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 54, "args": [)";
  const std::string file =
      policy(R"({"defaultAction": "SCMP_ACT_ALLOW", "supervise": {"audit": ")" + std::string(GetParam()) +
             R"("}, "syscalls": [)" + entry + arg(0, "EQ", "7") + "]}," + entry + arg(0, "EQ", "9") + "]}]}");
  for (const auto& [which, denied] : {std::pair{"7", true}, {"8", false}, {"9", true}})
    EXPECT_EQ(
        supervised(file, {own_program("try_call"), "140", which}, {"--audit", "none"}).code() == matched,
        denied)
        << which;
}

TEST_P(Comparisons, TheLastRegisterCountsToo) {
  EXPECT_TRUE(denies(arg(5, "EQ", "3"), {"9", "0", "0", "0", "0", "3"}));
  EXPECT_FALSE(denies(arg(5, "EQ", "3"), {"9", "3", "3", "3", "3", "4"}));
}

INSTANTIATE_TEST_SUITE_P(Decided, Comparisons, testing::Values("denied", "trapped"), [](const auto& of) {
  return std::string(of.param) == "denied" ? "ByScsup" : "InTheFilter";
});

}  // namespace
}  // namespace scsup::e2e

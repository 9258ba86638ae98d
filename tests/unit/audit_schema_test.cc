#include "tests/schema/audit_schema.h"

#include <gtest/gtest.h>

namespace scsup::tests {
namespace {

using Json = nlohmann::json;

const Json call = Json::parse(R"({"type":"call","run":"00000000000000aa","seq":1,
  "time":"2026-01-31T08:31:00.123456789Z","mono_ns":5,"id":"0xa1","session":1,"proc":{"tid":9,"pid":9,"ppid":8,
  "start":77,"comm":"a","exe":"/bin/a","cwd":"/","uid":0,"gid":0},"sys":{"arch":"x86_64","nr":83,"name":"mkdir",
  "args":["0x0"]},"obj":{"path":"x\ufffd","path_b64":"eP8=","mode":"0755"},"act":"deny","how":"answered",
  "errno":"EPERM","rule":{"id":"r","at":"p.json:1:2","default":false},"policy":{"sha":"0123456789abcdef","gen":1},
  "out":"delivered","dec_ns":100})");

std::string fault(Json record) {
  const auto faults = faults_of(record);
  return faults.empty() ? "" : faults[0];
}

Json with(const char* pointer, const Json& value) {
  Json changed = call;
  changed[Json::json_pointer(pointer)] = value;
  return changed;
}

TEST(AuditSchema, TakesWhatItDescribes) {
  EXPECT_EQ(fault(call), "");
  EXPECT_EQ(fault({{"type", "seal"},
                   {"time", "2026-01-31T08:31:00.123456789Z"},
                   {"first", 1},
                   {"last", 2},
                   {"prev", std::string(64, '0')},
                   {"sha256", std::string(64, 'f')}}),
            "");
}

TEST(AuditSchema, NoticesEachKindOfDrift) {
  EXPECT_EQ(fault(with("/new", 1)), ": has a member that the schema doesn't know: new");
  EXPECT_EQ(fault(with("/proc/new", 1)), "/proc: has a member that the schema doesn't know: new");
  EXPECT_EQ(fault(with("/obj/path_b64", "?")), "/obj/path_b64: \"?\" is not like ^[A-Za-z0-9+/]+={0,2}$");
  EXPECT_EQ(fault(with("/proc/comm_b", "x")), "/proc: has a member that the schema doesn't know: comm_b");
  EXPECT_EQ(fault(with("/act", "perhaps")).substr(0, 27), "/act: \"perhaps\" is none of ");
  EXPECT_EQ(fault(with("/seq", -1)), "/seq: -1 is too small");
  EXPECT_EQ(fault(with("/seq", (std::int64_t(1) << 53) + 1)), "/seq: 9007199254740993 is too large");
  EXPECT_EQ(fault(with("/seq", 1.5)), "/seq: 1.5 is no integer");
  EXPECT_EQ(fault(with("/time", "2026-01-31 08:31")).substr(0, 6), "/time:");
  EXPECT_EQ(fault(with("/sys/args", Json::array({"0x1", "7"}))).substr(0, 13), "/sys/args/1: ");
  EXPECT_EQ(fault(with("/sys/args", Json(7, "0x0"))), "/sys/args: has too many items");
  EXPECT_EQ(fault(with("/container", Json::object())), "/container: has too few members");
  EXPECT_EQ(fault(with("/type", "kall")).substr(0, 15), "/type: \"kall\" i");
  Json less = call;
  less.erase("rule");
  EXPECT_EQ(fault(less), ": lacks \"rule\"");
  EXPECT_NE(fault(Json::array()), "");
}

}  // namespace
}  // namespace scsup::tests

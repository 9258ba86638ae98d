// Seals: a log in which any byte was changed, or that was cut anywhere, is distinguished from an intact one.
#include <sys/stat.h>

#include "analysis/verify/verifier.h"
#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class AuditSeal : public ScsupTest {
 protected:
  void SetUp() override {
    key_ = audit({"keygen", at("key")}).out;
    key_.pop_back();
    config_ = policy(R"({"audit": {"seal": {"key": "key"}}})", "config.json");
  }
  void record(const std::string& log = "audit.jsonl") const {
    const Finished done = supervised(shipped_policy("no-mkdir.json"), {"mkdir", "x"},
                                     {"--config", config_, "--audit", at(log), "--quiet"});
    ASSERT_EQ(done.code(), 1) << done.err;
  }
  Finished audit(const Words& arguments) const {
    Words words = {audit_program()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run(plain(words));
  }
  Finished verify(const std::string& log, Words options = {}) const {
    options.insert(options.begin(), "verify");
    options.push_back(log);
    return audit(options);
  }
  // What the program's own code finds in a log with that text.
  analysis::Finding look(std::string_view text) const {
    analysis::Verifier verifier(analysis::VerificationKeys(key_), "");
    analysis::Place place{0, 1, 0};
    for (; !text.empty(); ++place.line) {
      const std::size_t end = text.find('\n');
      verifier.line(text.substr(0, end), end != text.npos, place);
      const std::size_t size = end == text.npos ? text.size() : end + 1;
      text.remove_prefix(size);
      place.offset += size;
    }
    return verifier.finish();
  }

  std::string key_, config_;
};

TEST_F(AuditSeal, OfAWholeLogHoldOverRuns) {
  for (int i = 0; i < 3; ++i) record();
  const Finished done = verify(at("audit.jsonl"), {"--key", key_});
  EXPECT_EQ(done.code(), 0) << done.out << done.err;
  EXPECT_EQ(done.out.substr(0, 31), "complete: records 1 to 18, none") << done.out;
  const Json found = Json::parse(verify(at("audit.jsonl"), {"--json"}).out);
  EXPECT_EQ(found["verdict"], "complete");
  EXPECT_EQ(found["records"], 18);
  EXPECT_EQ(found["seals"], records("seal").size());
}

TEST_F(AuditSeal, EachByteThatIsFlippedIsNamed) {
  record();
  const std::string good = read_file(at("audit.jsonl"));
  ASSERT_EQ(look(good).verdict, analysis::Verdict::complete) << look(good).sentence;
  std::string text = good;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const int bit : {1, 0x20, 0x80}) {
      text[i] = static_cast<char>(good[i] ^ bit);
      const analysis::Finding found = look(text);
      ASSERT_NE(found.verdict, analysis::Verdict::complete) << "byte " << i << " by " << bit;
      // The place is in the changed line's batch: from the last seal before it, up to its own seal.
      ASSERT_LE(found.place.offset, i) << found.sentence;
      const std::size_t its_seal = good.find("{\"type\":\"seal\"", found.place.offset);
      ASSERT_GE(good.find('\n', its_seal), i) << found.sentence;
    }
    text[i] = good[i];
    if (i % 97 != 0) continue;  // the program itself says the same
    text[i] = static_cast<char>(good[i] ^ 1);
    write_file(at("changed.jsonl"), text);
    const Finished done = verify(at("changed.jsonl"), {"--key", key_});
    EXPECT_TRUE(done.code() >= 2 && done.code() <= 5) << i << ": " << done.out;
    EXPECT_NE(done.out.find("changed.jsonl:"), std::string::npos) << done.out;
    text[i] = good[i];
  }
}

TEST_F(AuditSeal, EachLengthThatItWasCutToIsNamed) {
  record();
  const std::string good = read_file(at("audit.jsonl"));
  for (std::size_t size = 0; size < good.size(); ++size) {
    const analysis::Finding found = look(good.substr(0, size));
    ASSERT_NE(found.verdict, analysis::Verdict::complete) << "cut to " << size;
    if (size != 0 && good[size - 1] != '\n') {
      ASSERT_EQ(found.verdict, analysis::Verdict::torn) << "cut to " << size << ": " << found.sentence;
    }
    ASSERT_LE(found.place.offset, size);
  }
  write_file(at("cut.jsonl"), good.substr(0, good.find("{\"type\":\"end\"")));
  const Finished cut = verify(at("cut.jsonl"));
  EXPECT_EQ(cut.code(), 5) << cut.out;
  EXPECT_NE(cut.out.find("there is no end after record 5"), std::string::npos) << cut.out;
  EXPECT_EQ(verify(at("cut.jsonl"), {"--live"}).code(), 0);
  write_file(at("empty.jsonl"), "");
  EXPECT_EQ(verify(at("empty.jsonl")).code(), 5);
}

TEST_F(AuditSeal, ACutAtASealShowsByTheHeadThatWasTold) {
  record();
  const std::string head = records("seal").back()["sha256"];
  record();
  const std::string all = read_file(at("audit.jsonl"));
  EXPECT_EQ(verify(at("audit.jsonl"), {"--head", head}).code(), 0);
  const std::string last = records("seal").back()["sha256"];
  write_file(at("cut.jsonl"), all.substr(0, all.find('\n', all.find(head)) + 1));
  EXPECT_EQ(verify(at("cut.jsonl"), {"--key", key_}).code(), 0);  // a complete run: nobody can tell...
  const Finished done = verify(at("cut.jsonl"), {"--head", last});
  EXPECT_EQ(done.code(), 5) << done.out;  // ...except somebody who knows the seal
}

TEST_F(AuditSeal, WhoHasTheKeyAsItIsNowCantSealThePastAnew) {
  record();
  const std::string now = read_file(at("key"));
  EXPECT_EQ(now.find(key_), std::string::npos);
  EXPECT_EQ(now.substr(0, 17), "scsup-seal-key 1 ");
  // A log that is remade with it is not taken for one made with the first key.
  record("forged.jsonl");
  const Finished done = verify(at("forged.jsonl"), {"--key", std::string(64, '0')});
  EXPECT_EQ(done.code(), 4) << done.out;
  EXPECT_NE(done.out.find("not made with the key of this log"), std::string::npos) << done.out;
}

TEST_F(AuditSeal, SegmentsGoOnFromEachOther) {
  config_ = policy(R"({"audit": {"seal": {"key": "key"}, "segment": {"size": "4K", "compress": true}}})",
                   "config.json");
  mkdir(at("log").c_str(), 0700);
  for (int i = 0; i < 8; ++i) record("log/audit.jsonl");
  const Finished whole = verify(at("log"), {"--key", key_});
  EXPECT_EQ(whole.code(), 0) << whole.out;
  EXPECT_NE(whole.out.find("complete: records 1 to "), std::string::npos);
  // One of the segments is removed, another one put first.
  ASSERT_EQ(rename(at("log/audit.jsonl").c_str(), at("log/aaa.jsonl").c_str()), 0);
  EXPECT_EQ(verify(at("log")).code(), 4);
  ASSERT_EQ(rename(at("log/aaa.jsonl").c_str(), at("log/audit.jsonl").c_str()), 0);
  std::string second;
  for (const std::string& name : lines_of(run(plain({"ls", at("log")})).out))
    if (name.starts_with("audit-") && !name.starts_with("audit-000000000001") && second.empty())
      second = name;
  ASSERT_NE(second, "");
  ASSERT_EQ(unlink(at("log/" + second).c_str()), 0);
  const Finished missing = verify(at("log"));
  EXPECT_TRUE(missing.code() == 3 || missing.code() == 4) << missing.out;
}

TEST_F(AuditSeal, KeysThatOthersCanReadAreRefused) {
  ASSERT_EQ(chmod(at("key").c_str(), 0644), 0);
  const Finished done = supervised(shipped_policy("no-mkdir.json"), {"true"}, {"--config", config_});
  EXPECT_EQ(done.code(), 125);
  EXPECT_NE(done.err.find("closed to all others"), std::string::npos) << done.err;
  EXPECT_EQ(audit({"keygen", at("key")}).code(), 125);  // never overwrites a key
  EXPECT_EQ(verify(at("audit.jsonl"), {"--key", "abc"}).code(), 125);
}

TEST_F(AuditSeal, WithoutASealNobodyAppendsToASealedLog) {
  record();
  const std::string before = read_file(at("audit.jsonl"));
  const Finished done = supervised(shipped_policy("no-mkdir.json"), {"true"});
  EXPECT_EQ(done.code(), 125);
  EXPECT_NE(done.err.find("it is sealed with a key"), std::string::npos) << done.err;
  EXPECT_EQ(read_file(at("audit.jsonl")), before);
}

TEST_F(AuditSeal, EverybodysLogIsSealedWithoutAKey) {
  supervised(shipped_policy("no-mkdir.json"), {"sh", "-c", "mkdir a; mkdir b"});
  ASSERT_FALSE(records("seal").empty());
  EXPECT_FALSE(records("seal")[0].contains("key"));
  EXPECT_EQ(verify(at("audit.jsonl")).code(), 0);
  std::string log = read_file(at("audit.jsonl"));
  const std::size_t place = log.find("\"path\":\"a\"") + 8;
  ASSERT_LT(place, log.size());
  log[place] = 'c';
  write_file(at("audit.jsonl"), log);
  const Finished changed = verify(at("audit.jsonl"));
  EXPECT_EQ(changed.code(), 4) << changed.out;
  EXPECT_NE(changed.out.find("are not those that were sealed"), std::string::npos) << changed.out;
}

TEST_F(AuditSeal, ALogThatWasBegunOtherwiseIsClosedFirst) {
  const std::string off = policy(R"({"audit": {"seal": false}})", "off.json");
  supervised(shipped_policy("no-mkdir.json"), {"mkdir", "a"}, {"--config", off});
  EXPECT_TRUE(records("seal").empty());
  supervised(shipped_policy("no-mkdir.json"), {"mkdir", "a"});
  ASSERT_FALSE(records("seal").empty());
  EXPECT_EQ(records()[0]["segment"]["after"], "audit-000000000001.jsonl");
  const Finished refused = supervised(shipped_policy("no-mkdir.json"), {"true"}, {"--config", off});
  EXPECT_EQ(refused.code(), 125);
  EXPECT_NE(refused.err.find("\"seal\" is off here"), std::string::npos) << refused.err;
  record();  // with the key
  EXPECT_TRUE(records("seal")[0].contains("key"));
  EXPECT_NE(records()[0]["seq"], 1);
}

}  // namespace
}  // namespace scsup::e2e

// What happens to the log's file: segments, torn ends, files that are taken away, redaction.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "base/fd.h"
#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

namespace fs = std::filesystem;

class AuditKeeping : public ScsupTest {
 protected:
  Finished record(const Words& options = {}, const Words& command = {"mkdir", "x"}) const {
    return supervised(shipped_policy("no-mkdir.json"), command, options);
  }
  Words with_config(const std::string& audit) const {
    return {"--config", policy("{\"audit\": " + audit + "}", "config.json")};
  }
  void expect_gapless() const {
    int expected = 0;
    for (const Json& record : records()) {
      if (record["type"] == "seal") continue;
      EXPECT_EQ(record["seq"], ++expected) << record;
    }
  }
  // The files in work() beside the log that belong to it.
  Words beside() const {
    Words names;
    for (const auto& entry : fs::directory_iterator(work())) {
      const std::string name = entry.path().filename();
      if ((name.starts_with("audit") || name.starts_with(".audit")) && name != "audit.jsonl")
        names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(AuditKeeping, SegmentsAreNumberedAndCanBeReadAlone) {
  const Words options = with_config(R"({"segment": {"size": "4K"}})");
  for (int i = 0; i < 6; ++i) EXPECT_EQ(record(options).code(), 1);
  const Words segments = beside();
  ASSERT_GE(segments.size(), 2u);
  EXPECT_EQ(segments[0], "audit-000000000001.jsonl");
  int expected = 0;
  for (const std::string& name : segments) {
    const std::string text = read_file(at(name));
    EXPECT_EQ(text.back(), '\n');
    const auto all = parse_records(text);
    EXPECT_EQ(all.front()["type"], "run") << name;
    EXPECT_TRUE(all.front()["policy"].contains("text")) << name;
    for (const Json& record : all) EXPECT_EQ(record["seq"], ++expected) << name;
  }
  for (const Json& record : records()) EXPECT_EQ(record["seq"], ++expected);
  EXPECT_EQ(records().front()["segment"]["after"], segments.back());
}

TEST_F(AuditKeeping, ASegmentThatIsClosedInARunBeginsWithThatRun) {
  const Words options = with_config(R"({"segment": {"size": "8K", "compress": true}})");
  const std::string script = "i=0; while [ $i -lt 60 ]; do mkdir x; i=$((i+1)); done; true";
  EXPECT_EQ(record(options, {"sh", "-c", script}).code(), 0);
  const Words segments = beside();
  ASSERT_GE(segments.size(), 2u);
  for (const std::string& name : segments) EXPECT_TRUE(name.ends_with(".jsonl.zst")) << name;
  const Json first = records().front();
  EXPECT_EQ(first["type"], "run");
  EXPECT_EQ(first["run"], records().back()["run"]);
  const Finished verified =
      run(plain({audit_program(), "verify", at("audit-000000000001.jsonl.zst"), at("audit.jsonl")}));
  EXPECT_EQ(verified.code(), segments.size() == 1 ? 0 : 3) << verified.out;
  Words all = {audit_program(), "summary", "--json"};
  for (const std::string& name : segments) all.push_back(at(name));
  all.push_back(at("audit.jsonl"));
  EXPECT_EQ(Json::parse(run(plain(all)).out)["total"]["denied"], 60);
}

TEST_F(AuditKeeping, ATornEndIsCutAndKept) {
  record();
  const std::string whole = read_file(at("audit.jsonl"));
  for (const std::string& torn : {std::string(R"({"type":"call","run":"0123)"), std::string(5000, '\0'),
                                  std::string(100, '\0') + "\n{\"type\":\"call\"", std::string("\n\n}\n")}) {
    fs::remove(at("audit.jsonl." + std::to_string(whole.size()) + ".torn"));
    write_file(at("audit.jsonl"), whole + torn, 0600);
    EXPECT_EQ(record().code(), 1);
    const std::string now = read_file(at("audit.jsonl"));
    EXPECT_EQ(now.substr(0, whole.size()), whole);
    EXPECT_EQ(read_file(at("audit.jsonl." + std::to_string(whole.size()) + ".torn")), torn);
    const auto recovered = records("recover");
    ASSERT_EQ(recovered.size(), 1u);
    EXPECT_EQ(recovered[0]["cut"], torn.size());
    EXPECT_EQ(recovered[0]["torn"], "audit.jsonl." + std::to_string(whole.size()) + ".torn");
    expect_gapless();
  }
}

TEST_F(AuditKeeping, AFileOfSomebodyElseIsLeftAlone) {
  const std::string letter = "Dear scsup,\nthis is no log.\n";
  write_file(at("audit.jsonl"), letter);
  const Finished done = record();
  EXPECT_EQ(done.code(), 125);
  EXPECT_NE(done.err.find("it is no audit log of scsup"), std::string::npos) << done.err;
  EXPECT_EQ(read_file(at("audit.jsonl")), letter);
}

// Something happens to the file between two denials of one command.
TEST_F(AuditKeeping, AFileThatIsDeletedReplacedOrTruncatedIsGoneOnWith) {
  const std::map<std::string, std::string> happenings = {
      {"rm audit.jsonl", "the file was deleted while it was in use"},
      {"ln audit.jsonl old.jsonl; : > new; chmod 600 new; mv new audit.jsonl",
       "another file took the log's place"},
      {": > audit.jsonl", "the file was truncated while it was in use"}};
  for (const auto& [happening, cause] : happenings) {
    fs::remove(at("audit.jsonl"));
    fs::remove(at("old.jsonl"));
    // The first record is in the file once it is not empty; a shell that runs nothing else waits for that.
    const Finished done = record(
        {}, {"sh", "-c",
             "mkdir x; until grep -q '\"mkdir\"' audit.jsonl; do :; done; " + happening + "; mkdir y; true"});
    EXPECT_EQ(done.code(), 0) << done.err;
    const auto all = records();
    ASSERT_GE(all.size(), 3u) << happening;
    int seq = all.front()["seq"];
    EXPECT_GT(seq, 1) << happening;
    for (const Json& record : all) EXPECT_EQ(record["seq"], seq++) << happening;
    EXPECT_EQ(calls("deny").back()["obj"]["path"], "y") << happening;
    ASSERT_EQ(records("recover").size(), 1u) << happening;
    EXPECT_EQ(records("recover")[0]["cause"], cause);
  }
}

// Files beside a log in a directory that others can write to.
TEST_F(AuditKeeping, NeighboursThatOnlyLookLikeItsFilesAreLeftAlone) {
  EXPECT_EQ(mkfifo(at("audit-000000000700.jsonl").c_str(), 0600), 0);
  EXPECT_EQ(mkfifo(at(".audit.jsonl.0123456789abcdef.journal").c_str(), 0600), 0);
  EXPECT_EQ(symlink("/etc/passwd", at("audit-000000000800.jsonl").c_str()), 0);
  write_file(at(".audit.jsonl.fedcba9876543210.journal"), std::string(3000000, 'x'), 0600);
  record();
  expect_gapless();
  EXPECT_EQ(beside().size(), 4u);
  // A torn end is never put into an existing file.
  const std::string whole = read_file(at("audit.jsonl"));
  const std::string kept = at("audit.jsonl." + std::to_string(whole.size()));
  EXPECT_EQ(symlink("victim", (kept + ".torn").c_str()), 0);
  write_file(at("audit.jsonl"), whole + "{\"type", 0600);
  record();
  EXPECT_FALSE(fs::exists(at("victim")));
  EXPECT_EQ(read_file(kept + ".2.torn"), "{\"type");
}

TEST_F(AuditKeeping, ASegmentWhoseNameIsTakenGoesOn) {
  const Words options = with_config(R"({"segment": {"size": "4K"}})");
  fs::create_directory(at("audit-000000000001.jsonl"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(record(options).code(), 1);
  const Finished last = record(options);
  EXPECT_EQ(last.code(), 1);
  EXPECT_NE(last.err.find("; the segment goes on"), std::string::npos) << last.err;
  expect_gapless();
  EXPECT_EQ(records("run").size(), 4u);
}

TEST_F(AuditKeeping, AnEndWithoutAnyRecordIsNotReadForEver) {
  record();
  fs::resize_file(at("audit.jsonl"), 300u << 20);  // sparse
  const Finished done = record();
  EXPECT_EQ(done.code(), 125);
  EXPECT_NE(done.err.find("its end, 256 MiB, holds no record: move it away"), std::string::npos) << done.err;
}

TEST_F(AuditKeeping, AFileOfAnotherUserIsRefused) {
  if (!is_root()) GTEST_SKIP() << "needs root, to give a file away";
  write_file(at("audit.jsonl"), "", 0600);
  ASSERT_EQ(chown(at("audit.jsonl").c_str(), 4711, 4711), 0);
  const Finished done = record();
  EXPECT_EQ(done.code(), 125);
  EXPECT_NE(done.err.find("it belongs to another user"), std::string::npos) << done.err;
}

// Any process of the same user can hold the lock.
TEST_F(AuditKeeping, WhoHoldsTheLockDoesntHoldUsUpForEver) {
  const std::string p = policy(R"({"supervise": {"default": {"action": "allow"}, "rules": [
    {"syscalls": ["@mkdir"], "path": "/**", "action": "allow"}]}})");
  const Finished done = supervised(p,
                                   {"sh", "-c",
                                    "exec 9<audit.jsonl; flock 9; while mkdir a$((i+=1)); do :; done; exec "
                                    "9<&-; until mkdir b$((i+=1)); do :; done"},
                                   {"--quiet"});
  EXPECT_EQ(done.code(), 0) << done.err;
  EXPECT_NE(done.err.find("another process holds a lock on it"), std::string::npos) << done.err;
  expect_gapless();
  EXPECT_GE(records("gap").size(), 1u);
}

TEST_F(AuditKeeping, SeveralSupervisorsShareALog) {
  std::vector<std::unique_ptr<Running>> all;
  for (int i = 0; i < 6; ++i)
    all.push_back(std::make_unique<Running>(
        under(shipped_policy("no-mkdir.json"),
              {"sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do mkdir d; done; true"}, {"--quiet"})));
  for (auto& one : all) EXPECT_EQ(one->wait(), 0);
  expect_gapless();
  EXPECT_EQ(calls("deny").size(), 60u);
  EXPECT_EQ(records("end").size(), 6u);
  EXPECT_EQ(beside(), Words{});
}

TEST_F(AuditKeeping, ATargetWithoutAGoodDirectoryBesideTheLogIsStillAudited) {
  if (is_root()) GTEST_SKIP() << "needs an ordinary user: root may write everywhere";
  fs::create_directory(at("closed"));
  write_file(at("closed/audit.jsonl"), "", 0600);
  ASSERT_EQ(chmod(at("closed").c_str(), 0555), 0);
  EXPECT_EQ(record({"--audit", at("closed/audit.jsonl")}).code(), 1);
  ASSERT_EQ(chmod(at("closed").c_str(), 0755), 0);
  const auto all = parse_records(read_file(at("closed/audit.jsonl")));
  ASSERT_GE(all.size(), 5u);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i]["seq"], i + 1);
}

TEST_F(AuditKeeping, RedactedPathsAndArgumentsAreNowhere) {
  const std::string home = at("secret-home");
  fs::create_directories(home + "/keys");
  const Words options =
      with_config("{\"redact\": {\"paths\": [\"" + home + "/**\"], \"arguments\": [\"--token=*\"]}}");
  const std::string p = policy(R"({"supervise": {"default": {"action": "allow"}, "rules": [
    {"syscalls": ["@mkdir"], "path": "/**", "action": "deny", "errno": "EXDEV"}]}})");
  write_file(at("work.sh"),
             "cd " + home + "; mkdir keys/hidden1; mkdir " + home + "/hidden2; mkdir ../other; true");
  const Finished done = supervised(p, {"sh", at("work.sh"), "--token=hidden3", home + "/hidden4"}, options);
  EXPECT_EQ(done.code(), 0) << done.err;
  const std::string log = read_file(at("audit.jsonl"));
  EXPECT_EQ(log.find("hidden"), std::string::npos);
  EXPECT_NE(log.find("--token=***"), std::string::npos);
  ASSERT_EQ(calls("deny").size(), 3u);
  EXPECT_EQ(calls("deny")[0]["obj"]["path"], "***");
  EXPECT_EQ(calls("deny")[0]["obj"]["resolved"], home + "/***");
  EXPECT_EQ(calls("deny")[1]["obj"]["path"], "***");
  EXPECT_EQ(calls("deny")[2]["obj"]["resolved"], at("other"));
  for (const Json& call : records("call")) {
    EXPECT_EQ(call["proc"].value("cwd", "").find("keys"), std::string::npos);
  }
}

TEST_F(AuditKeeping, WhoListensAtASocketGetsTheSameLines) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  at("listener").copy(address.sun_path, sizeof address.sun_path - 1);
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  EXPECT_EQ(record(with_config(R"({"socket": "listener"})")).code(), 1);
  const int reader = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  std::string got;
  char bytes[1 << 16];
  for (ssize_t n; (n = read(reader, bytes, sizeof bytes)) > 0;)
    got.append(bytes, static_cast<std::size_t>(n));
  close(reader);
  close(listener);
  EXPECT_EQ(got, read_file(at("audit.jsonl")));
}

// In a mount namespace with a journal and a syslog of our own. The first seal is sent at once, the last one at the
// end, however long the interval is.
TEST_F(AuditKeeping, TheJournalGetsTheLinesAndSyslogTheLastSeal) {
  if (!is_root()) GTEST_SKIP() << "needs root, to mount";
  const auto bound = [this](const char* name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    at(name).copy(address.sun_path, sizeof address.sun_path - 1);
    Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    EXPECT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  };
  const auto received = [](const Fd& socket) {
    std::string all(1 << 17, '\0');
    std::size_t size = 0;
    for (ssize_t n; (n = recv(socket.get(), all.data() + size, all.size() - size, 0)) > 0;)
      size += static_cast<std::size_t>(n);
    return all.substr(0, size);
  };
  const Fd journal = bound("journal"), syslog = bound("syslog");
  Start start = under(shipped_policy("no-mkdir.json"), {"mkdir", "x"},
                      with_config(R"({"journald": true, "seal": {"anchor": "1d"}})"));
  const std::string surroundings =
      "set -e; mount -t tmpfs none /run; mkdir -p /run/systemd/journal; touch /run/systemd/journal/socket; "
      "mount --bind " +
      at("journal") +
      " /run/systemd/journal/socket; "
      "mkdir " +
      at("dev") + "; mount --rbind /dev " + at("dev") +
      "; mount -t tmpfs none /dev; "
      "for d in null zero tty urandom; do touch /dev/$d; mount --bind " +
      at("dev") +
      "/$d /dev/$d; done; "
      "touch /dev/log; mount --bind " +
      at("syslog") + " /dev/log; exec \"$@\"";
  start.argv.insert(start.argv.begin(), {"unshare", "--mount", "sh", "-c", surroundings, "sh"});
  const Finished done = run(start);
  EXPECT_EQ(done.code(), 1) << done.err;
  const std::string told = received(syslog), entries = received(journal);
  for (const std::vector<Json>& lines : {records(), records("seal")})
    for (const Json& line : lines)
      EXPECT_NE(entries.find("\nMESSAGE=" + std::string(R"({"type":")") + line["type"].get<std::string>()),
                std::string::npos);
  const std::string last = records("seal").back()["sha256"];
  EXPECT_TRUE(told.ends_with("the audit log's last seal is " + last)) << told;
  EXPECT_EQ(run(plain({audit_program(), "verify", "--head", last, at("audit.jsonl")})).code(), 0);
}

TEST_F(AuditKeeping, ASegmentIsClosedByItsAge) {
  const Words options = with_config(R"({"segment": {"age": "1s"}})");
  const auto begin = std::chrono::steady_clock::now();
  while (beside().empty()) {
    EXPECT_EQ(record(options).code(), 1);
    ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(900));
  EXPECT_EQ(beside(), Words{"audit-000000000001.jsonl"});
  EXPECT_EQ(records().front()["segment"]["after"], "audit-000000000001.jsonl");
}

TEST_F(AuditKeeping, ARuleCanAskForTheDisk) {
  const std::string p = policy(R"({"supervise": {"default": {"action": "allow"}, "rules": [
    {"id": "precious", "syscalls": ["@mkdir"], "action": "deny", "errno": "EXDEV", "durability": "sync"}]}})");
  if (!is_installed("strace")) GTEST_SKIP() << "strace is not installed";
  // The supervisor's own calls, in order: the record is on the disk before the answer.
  Start start = under(p, {"mkdir", "x"}, {"--quiet"});
  start.argv.insert(start.argv.begin(),
                    {"strace", "-f", "-qq", "-e", "trace=fdatasync,ioctl", "-o", at("trace")});
  const Finished done = run(start);
  EXPECT_EQ(done.code(), 1) << done.err;
  const std::string trace = read_file(at("trace"));
  const std::size_t synced = trace.find("fdatasync(");
  const std::size_t denied = trace.find("error=-18");
  ASSERT_NE(synced, std::string::npos) << trace;
  EXPECT_LT(synced, denied) << trace;
}

TEST_F(AuditKeeping, MistakesInTheConfigAreTold) {
  const std::map<std::string, std::string> mistakes = {
      {R"({"durabilty": "sync"})", "did you mean 'durability'"},
      {R"({"durability": "fast"})", "unknown \"durability\" setting 'fast'"},
      {R"({"same": "all"})", "unknown \"same\" setting 'all'"},
      {R"({"on_audit_failure": "panic"})", "unknown \"on_audit_failure\" setting 'panic'"},
      {R"({"segment": {"size": "64"}})", "such as \"64M\""},
      {R"({"segment": {"age": "0h"}})", "such as \"24h\""},
      {R"({"redact": {"paths": ["/a{b"]}})", "/a{b"},
      {R"({"seal": {"key": 5}})", "expected a string"}};
  for (const auto& [text, words] : mistakes) {
    const Finished done = record(with_config(text));
    EXPECT_EQ(done.code(), 125) << text;
    EXPECT_NE(done.err.find("config.json:1:"), std::string::npos) << done.err;
    EXPECT_NE(done.err.find(words), std::string::npos) << done.err;
  }
}

}  // namespace
}  // namespace scsup::e2e

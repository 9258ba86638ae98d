// Where io_uring is refused: Docker's default profile, hardened hosts.
#include <signal.h>

#include <filesystem>
#include <memory>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

class NoIoUring : public ScsupTest {
 protected:
  static Words without(const Words& command) {
    Words words = {own_program("without"), "io_uring_setup", "--"};
    words.insert(words.end(), command.begin(), command.end());
    return words;
  }
};

TEST_F(NoIoUring, ACommandIsSupervisedAllTheSame) {
  const std::string allows_one =
      policy(R"({"supervise": {"default": {"action": "deny", "errno": "EXDEV"}, "rules": [
        {"syscalls": ["@mkdir"], "path": ")" +
             at("allowed") + R"(", "action": "allow"}]}})");
  const Finished done =
      run(plain(without({scsup_program(), "--policy", allows_one, "--audit", at("audit.jsonl"), "--", "sh",
                         "-c", "mkdir \"$0\"; mkdir \"$1\"; exit 7", at("allowed"), at("denied")})));
  EXPECT_EQ(done.code(), 7) << done.err;
  EXPECT_TRUE(std::filesystem::is_directory(at("allowed")));
  EXPECT_NE(done.err.find("Invalid cross-device link"), std::string::npos) << done.err;
}

TEST_F(NoIoUring, AServiceSaysByWhatItWaitsAndServes) {
  Start start = plain(without({scsup_program(), "serve", "--socket", at("socket"), "--control", at("control"),
                               "--policy", shipped_policy("no-mkdir.json"), "--audit", at("audit.jsonl")}));
  start.prepare = [] { dup2(1, 2); };
  Running service(start);
  ASSERT_TRUE(service.says("scsup: serving 'no-mkdir' at '" + at("socket") + "'"));
  ASSERT_TRUE(service.says("scsup: events come by epoll, as io_uring is refused here"));
  const Finished denied = run(plain({agent_program(), "--socket", at("socket"), "mkdir", at("d")}));
  EXPECT_EQ(denied.code(), 1) << denied.err;
  EXPECT_NE(denied.err.find("Operation not permitted"), std::string::npos) << denied.err;
  const Finished asked = run(plain({scsup_program(), "ps", "--json", "--control", at("control")}));
  EXPECT_NE(asked.out.find("\"events\":\"epoll\""), std::string::npos) << asked.out << asked.err;
  service.send(SIGTERM);
  EXPECT_EQ(service.wait(), 0);
}

}  // namespace
}  // namespace scsup::e2e

// scsup serve with a directory of policies: what changes while targets run, who may bring which policy, and what
// happens when there are no descriptors left.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <set>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

namespace fs = std::filesystem;

// How the target sees that these rules answered: errnos that nothing else gives.
constexpr const char* deny_mkdir = R"({"supervise": {"trap": ["@chmod"], "rules": [
  {"id": "no-mkdir", "syscalls": ["@mkdir"], "action": "deny", "errno": "EXDEV"}]}})";
constexpr const char* deny_chmod = R"({"supervise": {"trap": ["@mkdir"], "rules": [
  {"id": "no-chmod", "syscalls": ["@chmod"], "action": "deny", "errno": "EDOM"}]}})";

// A shell under an agent that executes commands line by line.
class Shell {
 public:
  Shell(const Start& start, const std::string& fifo) : running_(start) {
    in_ = open(fifo.c_str(), O_RDWR | O_CLOEXEC);  // doesn't wait for a reader, which may never come
  }
  ~Shell() { close(in_); }
  // Returns the command's output up to the mark that follows it.
  std::string ask(const std::string& line) {
    const std::string mark = "<" + std::to_string(++asked_) + ">";
    const std::string words = line + " 2>&1; echo '" + mark + "'\n";
    EXPECT_EQ(write(in_, words.data(), words.size()), static_cast<ssize_t>(words.size()));
    EXPECT_TRUE(running_.says(mark)) << line;
    return mark;
  }
  Running& running() { return running_; }

 private:
  Running running_;
  int in_ = -1;
  int asked_ = 0;
};

class Service : public ScsupTest {
 protected:
  Service() { fs::create_directory(at("policies")); }

  void put(const std::string& name, const std::string& text) const {
    write_file(at("policies/." + name), text);  // as a whole or not at all
    fs::rename(at("policies/." + name), at("policies/" + name + ".json"));
  }
  void start(
      const Words& options = {}, const std::function<void()>& prepare = [] {}) {
    Words words = {scsup_program(), "serve",   "--policies", at("policies"), "--socket", at("agent"),
                   "--oci-socket",  at("oci"), "--control",  at("control"),  "--audit",  at("audit.jsonl")};
    words.insert(words.end(), options.begin(), options.end());
    Start start = plain(words);
    start.prepare = [prepare] {
      dup2(1, 2);
      prepare();
    };
    service_ = std::make_unique<Running>(start);
    ASSERT_TRUE(service_->says("scsup: serving"));
  }
  Start agent(const Words& options, const Words& command) const {
    Words words = {agent_program(), "--socket", at("agent")};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back("--");
    words.insert(words.end(), command.begin(), command.end());
    return plain(words);
  }
  std::unique_ptr<Shell> shell(const std::string& policy, const std::string& name = "shell") {
    mkfifo(at(name).c_str(), 0600);
    return std::make_unique<Shell>(
        agent({"--policy", policy}, {"sh", "-c", "while read -r line; do eval \"$line\"; done <" + at(name)}),
        at(name));
  }
  Finished control(Words words) const {
    words.insert(words.end(), {"--control", at("control")});
    return scsup(words);
  }
  Json ps() const { return Json::parse(control({"ps", "--json"}).out)["sessions"]; }
  // The calls that a reply has counted are in the file.
  std::vector<Json> calls_until_now(const std::string& act) const {
    ps();
    return calls(act);
  }
  std::vector<std::string> denied(const std::string& id) const {
    ps();
    return denied_in_the_end(id);
  }
  std::vector<std::string> denied_in_the_end(const std::string& id) const {
    std::vector<std::string> calls_denied;
    for (const Json& call : calls("deny"))
      if (call["rule"]["id"] == id) calls_denied.push_back(call["sys"]["name"]);
    return calls_denied;
  }

  std::unique_ptr<Running> service_;
};

TEST_F(Service, APolicyThatChangesTakesEffectInWhatRuns) {
  put("web", deny_mkdir);
  start();
  auto target = shell("web");
  target->ask("mkdir " + at("a") + "; chmod 700 .");
  EXPECT_EQ(denied("no-mkdir").size(), 1u);
  EXPECT_FALSE(fs::exists(at("a")));

  put("web", deny_chmod);
  const Finished reloaded = control({"reload", "web"});
  EXPECT_EQ(reloaded.code(), 0) << reloaded.err;
  target->ask("mkdir " + at("a") + "; chmod 711 " + at("a"));
  EXPECT_TRUE(fs::exists(at("a")));
  EXPECT_EQ(denied("no-mkdir").size(), 1u);
  EXPECT_EQ(denied("no-chmod").size(), 1u);

  const Json sessions = ps();
  ASSERT_EQ(sessions.size(), 1u);
  ASSERT_EQ(sessions[0]["generations"].size(), 2u) << sessions;
  EXPECT_EQ(sessions[0]["generations"][0]["counts"]["denied"], 1);
  EXPECT_EQ(sessions[0]["generations"][1]["counts"]["denied"], 1);
  // Each record says which of the two generations decided.
  std::vector<int> generations;
  for (const Json& call : calls("deny")) generations.push_back(call["policy"]["gen"]);
  EXPECT_EQ(generations, (std::vector<int>{1, 2}));
  EXPECT_EQ(records("policy").size(), 2u);
}

TEST_F(Service, AChangedFileIsNoticedByItself) {
  put("web", deny_mkdir);
  start();
  auto target = shell("web");
  target->ask("true");
  put("web", deny_chmod);
  ASSERT_TRUE(service_->says("policy 'web' has changed (generation 2); 1 session has it now"));
  target->ask("mkdir " + at("a"));
  EXPECT_TRUE(fs::exists(at("a")));
}

TEST_F(Service, SighupReadsThePoliciesAgain) {
  put("web", deny_mkdir);
  put("other", deny_mkdir);
  start();
  write_file(at("policies/new.json"), deny_chmod);
  service_->send(SIGHUP);
  EXPECT_TRUE(service_->says("policy 'new' has changed"));
  EXPECT_EQ(run(agent({"--policy", "new"}, {"echo", "ran"})).out, "ran\n");
}

TEST_F(Service, AMistakeLeavesThePolicyAsItWasAndSaysWhere) {
  put("web", deny_mkdir);
  start();
  auto target = shell("web");
  target->ask("true");
  put("web", "{\n  \"supervise\": {\"rules\": [{\"syscalls\": [\"mkdirr\"]}]}}");
  const Finished reloaded = control({"reload", "web"});
  EXPECT_EQ(reloaded.code(), 1);
  EXPECT_NE((reloaded.out + reloaded.err).find("web.json:2:"), std::string::npos)
      << reloaded.out << reloaded.err;
  EXPECT_NE(control({"ps"}).out.find("web.json:2:"), std::string::npos);
  target->ask("mkdir " + at("a"));
  EXPECT_EQ(denied("no-mkdir").size(), 1u);
}

TEST_F(Service, AReloadSaysWhatAnInstalledFilterGoesOnDeciding) {
  put("web", R"({"supervise": {"rules": [{"syscalls": ["@mkdir"], "action": "deny"}]}})");
  start();
  auto target = shell("web");
  target->ask("true");
  put("web", R"({"supervise": {"rules": [{"syscalls": ["rename"], "action": "deny"}]}})");
  const Finished reloaded = control({"reload", "web"});
  EXPECT_NE(reloaded.out.find("rename is not trapped in session 1; its filter still decides it: allow"),
            std::string::npos)
      << reloaded.out << reloaded.err;
  EXPECT_EQ(reloaded.out.find("mkdir is not trapped"), std::string::npos) << reloaded.out;
}

TEST_F(Service, OneSessionGetsAnotherPolicy) {
  put("web", deny_mkdir);
  start();
  auto first = shell("web", "first"), second = shell("web", "second");
  first->ask("true");
  second->ask("true");
  const std::string number = std::to_string(ps()[0]["number"].get<int>());
  const Finished set = control({"policy", "set", number, policy(deny_chmod, "own.json")});
  EXPECT_EQ(set.code(), 0) << set.err;
  first->ask("mkdir " + at("by-one"));
  second->ask("mkdir " + at("by-the-other"));
  EXPECT_NE(fs::exists(at("by-one")), fs::exists(at("by-the-other")));
  EXPECT_EQ(denied("no-mkdir").size(), 1u);
}

// Two policies alternate, as fast as they are accepted, while four processes make calls as fast as they can.
TEST_F(Service, ReloadsUnderLoadLoseNothingAndEachCallHasOneGeneration) {
  const auto denying = [](const std::string& id, int turn) {
    return R"({"supervise": {"comment": ")" + std::to_string(turn) + R"(", "rules": [
      {"id": ")" +
           id + R"(", "syscalls": ["@mkdir"], "action": "deny", "errno": "EXDEV"}]}})";
  };
  put("web", denying("even", 0));
  start();
  const std::string calling =
      "i=0; while [ $i -lt 400 ]; do mkdir x 2>&1; i=$((i+1)); done | grep -vc 'cross-device'";
  Running target(
      agent({"--policy", "web"},
            {"sh", "-c", "for n in 1 2 3 4; do (" + calling + ") & done; wait; touch " + at("done")}));
  std::map<std::string, std::string> rule_of;  // by the policy's sha
  int turns = 0;
  while (!fs::exists(at("done"))) {
    ++turns;
    put("web", denying(turns % 2 == 0 ? "even" : "odd", turns));
    EXPECT_EQ(control({"reload", "web"}).code(), 0);
  }
  EXPECT_EQ(target.wait(), 0);
  EXPECT_GE(turns, 3);
  std::set<int> generations;
  for (const Json& call : calls("deny")) {
    const std::string sha = call["policy"]["sha"], rule = call["rule"]["id"];
    EXPECT_EQ(rule_of.try_emplace(sha, rule).first->second, rule) << call;
    generations.insert(call["policy"]["gen"].get<int>());
  }
  EXPECT_EQ(calls("deny").size(), 1600u);
  EXPECT_GT(generations.size(), 2u);
}

// The installed filter traps the call; a later policy says to kill for it.
TEST_F(Service, ACallThatALaterPolicyKillsForIsItsProcessesLast) {
  put("web", deny_mkdir);
  start();
  auto target = shell("web");
  target->ask("mkdir " + at("x"));
  put("web", R"({"defaultAction": "SCMP_ACT_ALLOW", "supervise": {"default": {"action": "allow"}},
    "syscalls": [{"names": ["chmod", "fchmodat", "fchmodat2"], "action": "SCMP_ACT_KILL_PROCESS"}]})");
  const Finished reloaded = control({"reload", "web"});
  EXPECT_EQ(reloaded.code(), 0) << reloaded.out << reloaded.err;
  target->ask("mkdir " + at("y"));
  EXPECT_TRUE(fs::exists(at("y")));
  target->ask("chmod 700 " + at("y") + "; test $? = 137 && mkdir " + at("was-killed"));
  EXPECT_TRUE(fs::exists(at("was-killed")));
  const auto killed = calls_until_now("kill");
  ASSERT_EQ(killed.size(), 1u);
  EXPECT_EQ(killed[0]["rule"]["at"].get<std::string>().substr(0, at("policies/web.json").size()),
            at("policies/web.json"));
  EXPECT_EQ(ps()[0]["generations"].back()["counts"]["denied"], 1);
}

TEST_F(Service, AKilledSessionEndsWithAllItsProcesses) {
  put("web", deny_mkdir);
  start();
  Running target(
      agent({"--policy", "web"},
            {"sh", "-c", "setsid sh -c 'echo up; exec tail -f /dev/null' & exec tail -f /dev/null"}));
  ASSERT_TRUE(target.says("up"));
  const Finished killed = control({"kill", "1"});
  EXPECT_EQ(killed.code(), 0) << killed.err;
  EXPECT_EQ(target.wait(), 1000 + SIGKILL);
  target.rest();  // ends when no process holds its output any more
  EXPECT_NE(control({"kill", "7"}).code(), 0);
}

TEST_F(Service, APolicyOfTheAgentsOwnIsTakenWhereTheConfigSaysSo) {
  put("web", deny_mkdir);
  const std::string own = policy(deny_chmod, "own.json");
  const auto config = [&](const char* own_file) {
    return policy(R"({"attach": [{"uid": )" + std::to_string(geteuid()) +
                      R"(, "policies": ["web"], "own_file": )" + own_file + "}]}",
                  "config.json");
  };
  start({"--config", config("false")});
  const Finished refused = run(agent({"--policy-file", own}, {"echo", "ran"}));
  EXPECT_EQ(refused.code(), 125);
  EXPECT_EQ(refused.out, "");
  EXPECT_NE(refused.err.find("may not bring a policy"), std::string::npos) << refused.err;
  service_->send(SIGTERM);
  service_->wait();

  start({"--config", config("true")});
  const Finished taken =
      run(agent({"--policy-file", own}, {"sh", "-c", "mkdir b && chmod 700 b; echo done"}));
  EXPECT_EQ(taken.out, "done\n") << taken.err;
  EXPECT_EQ(denied("no-chmod").size(), 1u);
  const Finished broken = run(agent({"--policy-file", policy("{", "broken.json")}, {"echo", "ran"}));
  EXPECT_EQ(broken.code(), 125);
  EXPECT_NE(broken.err.find("broken.json:1:"), std::string::npos) << broken.err;
}

TEST_F(Service, WithoutDescriptorsNewTargetsAreRefusedAndTheOldGoOn) {
  put("web", deny_mkdir);
  start({}, [] {
    const rlimit few{128, 128};
    setrlimit(RLIMIT_NOFILE, &few);
  });
  std::vector<std::unique_ptr<Running>> targets;
  std::string refused;
  const auto go = [&](std::size_t i) { return at("go" + std::to_string(i)); };
  while (refused.empty() && targets.size() < 100) {
    mkfifo(go(targets.size()).c_str(), 0600);
    const std::string waits = "echo '<up>'; read line <" + go(targets.size()) + "; mkdir x; echo '<done>'";
    Start start = agent({"--policy", "web"}, {"sh", "-c", waits});
    start.prepare = [] { dup2(1, 2); };
    auto target = std::make_unique<Running>(start);
    if (target->says("<up>")) {
      targets.push_back(std::move(target));
    } else {
      refused = target->rest();
      EXPECT_EQ(target->wait(), 125);
    }
  }
  EXPECT_NE(refused.find("no descriptors left (RLIMIT_NOFILE)"), std::string::npos) << refused;
  ASSERT_GE(targets.size(), 4u);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    write_file(go(i), "\n");
    EXPECT_TRUE(targets[i]->says("<done>"));
  }
  EXPECT_EQ(denied("no-mkdir").size(), targets.size());
}

TEST_F(Service, ItsEndWaitsForTargetsIfTheConfigSaysSo) {
  put("web", deny_mkdir);
  start({"--config", policy(R"({"at_end": "wait"})", "config.json")});
  {
    auto target = shell("web");
    target->ask("true");
    service_->send(SIGTERM);
    ASSERT_TRUE(service_->says("ending: waiting for 1 session"));
    target->ask("mkdir " + at("a"));
  }
  EXPECT_EQ(service_->wait(), 0);
  EXPECT_EQ(denied_in_the_end("no-mkdir").size(), 1u);
  EXPECT_EQ(records("end").size(), 1u);
}

TEST_F(Service, MoreLoopsServeTheSame) {
  put("web", deny_mkdir);
  start({"--threads", "3"});
  std::vector<std::unique_ptr<Shell>> shells;
  for (int i = 0; i < 5; ++i) shells.push_back(shell("web", "shell" + std::to_string(i)));
  for (auto& one : shells) one->ask("mkdir " + at("x"));
  EXPECT_EQ(denied("no-mkdir").size(), 5u);
}

}  // namespace
}  // namespace scsup::e2e

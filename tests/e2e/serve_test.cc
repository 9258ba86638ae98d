// scsup serve and scsup-agent: one supervisor for many commands.
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "tests/e2e/scsup_test.h"

namespace scsup::e2e {
namespace {

namespace fs = std::filesystem;

class Serve : public ScsupTest {
 protected:
  Words serve_words(const std::string& file) const {
    return {scsup_program(), "serve", "--socket", at("socket"),
            "--policy",      file,    "--audit",  at("audit.jsonl")};
  }
  // In surroundings where these calls are refused.
  static Start without(const std::string& calls, Start start) {
    start.argv.insert(start.argv.begin(), {own_program("without"), calls, "--"});
    return start;
  }
  // Returns once agents can connect.
  void start(const std::string& file = shipped_policy("no-mkdir.json")) {
    Words words = serve_words(file);
    Start start = plain(words);
    start.prepare = [] { dup2(1, 2); };
    supervisor_ = std::make_unique<Running>(start);
    ASSERT_TRUE(supervisor_->says("scsup: serving 'no-mkdir' at '" + at("socket") + "'"));
  }
  Start agent(const Words& command, const Words& options = {}) const {
    Words words = {agent_program(), "--socket", at("socket")};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), command.begin(), command.end());
    return plain(words);
  }
  int stop(int signal = SIGTERM) {
    supervisor_->send(signal);
    const int code = supervisor_->wait();
    supervisor_.reset();
    return code;
  }
  // We may see an agent's end before its supervisor has recorded it.
  void wait_for_detached(std::size_t sessions) const {
    const int changes = inotify_init1(IN_CLOEXEC);
    inotify_add_watch(changes, at("audit.jsonl").c_str(), IN_MODIFY);
    pollfd changed{changes, POLLIN, 0};
    char event[4096];
    while (records("detach").size() < sessions && poll(&changed, 1, patience_ms) > 0)
      (void)!read(changes, event, sizeof event);
    close(changes);
    EXPECT_EQ(records("detach").size(), sessions);
  }
  std::unique_ptr<Running> supervisor_;
};

TEST_F(Serve, SupervisesWhatAnAgentStarts) {
  start();
  const Finished done = run(agent({"mkdir", "d"}));
  EXPECT_EQ(done.code(), 1);
  EXPECT_EQ(done.err, "mkdir: cannot create directory 'd': Operation not permitted\n");
  EXPECT_EQ(run(agent({"echo", "--socket", "x"})).out, "--socket x\n");
  wait_for_detached(2);
  EXPECT_EQ(stop(), 0);
  EXPECT_EQ(calls("deny").size(), 1u);
  EXPECT_EQ(records("attach").size(), 2u);
  EXPECT_EQ(records("end").size(), 1u);
  EXPECT_FALSE(fs::exists(at("socket")));
}

TEST_F(Serve, AnAgentNeedsNoProc) {
  if (!is_root()) GTEST_SKIP() << "missing: root, for mounts";
  start();
  const Words without_proc = {"unshare", "--mount", "sh", "-c", "umount -l /proc && exec \"$@\"", "-"};
  const Words with_a_foreign_one = {"unshare", "--pid", "--fork"};
  for (const Words& surroundings : {without_proc, with_a_foreign_one})
    for (int i = 0; i < 25; ++i) {
      Start one = agent({"sh", "-c", "exit 7"});
      one.argv.insert(one.argv.begin(), surroundings.begin(), surroundings.end());
      const Finished done = run(one);
      ASSERT_EQ(done.code(), 7) << surroundings[1] << ", the time " << i << ": " << done.err;
    }
  EXPECT_EQ(stop(), 0);
}

TEST_F(Serve, TakesManyAtOnce) {
  start();
  // All of them are in their commands at the same time: none goes on before the last one has come.
  EXPECT_EQ(mkfifo(at("gate").c_str(), 0600), 0);
  std::vector<std::unique_ptr<Running>> agents;
  for (int i = 0; i < 20; ++i)
    agents.push_back(std::make_unique<Running>(agent(
        {"sh", "-c",
         "echo here; read line <gate; mkdir d 2>/dev/null || echo denied; exit " + std::to_string(i)})));
  for (auto& each : agents) ASSERT_TRUE(each->says("here"));
  Running opener(plain({"sh", "-c",
                        "exec 9<>gate; i=0; while [ $i -lt 20 ]; do echo go >&9; i=$((i+1)); done; mkfifo "
                        "hold; read line <hold"}));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(agents[static_cast<std::size_t>(i)]->rest(), "here\ndenied\n");
    EXPECT_EQ(agents[static_cast<std::size_t>(i)]->wait(), i);
  }
  wait_for_detached(20);
  EXPECT_EQ(stop(), 0);
  EXPECT_EQ(calls("deny").size(), 20u);
}

TEST_F(Serve, AgentsEndAsTheirCommandDoes) {
  start();
  EXPECT_EQ(run(agent({"sh", "-c", "exit 7"})).code(), 7);
  EXPECT_EQ(run(agent({"sh", "-c", "kill -9 $$"})).code(), 1000 + SIGKILL);
  const Finished missing = run(agent({"no-such-command"}));
  EXPECT_EQ(missing.code(), 127);
  EXPECT_EQ(missing.err, "scsup: cannot run 'no-such-command': not found in $PATH\n");
  EXPECT_EQ(run(agent({work()})).code(), 126);
}

TEST_F(Serve, APolicyIsChosenByItsName) {
  start();
  EXPECT_EQ(run(agent({"true"}, {"--policy", "no-mkdir"})).code(), 0);
  const Finished other = run(agent({"echo", "ran"}, {"--policy", "other"}));
  EXPECT_EQ(other.code(), 125);
  EXPECT_EQ(other.out, "");
  EXPECT_EQ(
      other.err,
      "scsup: the supervisor refuses: there is no policy 'other' here; this supervisor serves 'no-mkdir'; "
      "'echo' was not run\n");
}

TEST_F(Serve, WithoutASupervisorNothingRuns) {
  const Finished done = run(agent({"echo", "ran"}));
  EXPECT_EQ(done.code(), 125);
  EXPECT_EQ(done.out, "");
  EXPECT_EQ(done.err, "scsup: cannot connect to '" + at("socket") +
                          "': No such file or directory; start 'scsup serve' with that "
                          "socket first; 'echo' was not run\n");
}

TEST_F(Serve, AStaleSocketIsReplaced) {
  const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  at("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  close(fd);
  EXPECT_NE(run(agent({"true"})).err.find("Connection refused; start 'scsup serve'"), std::string::npos);
  start();
  EXPECT_EQ(run(agent({"true"})).code(), 0);
}

TEST_F(Serve, ASecondOneOnTheSameSocketIsRefused) {
  start();
  const Finished second = run(plain(serve_words(shipped_policy("no-chmod.json"))));
  EXPECT_EQ(second.code(), 125);
  EXPECT_NE(second.err.find("scsup: cannot listen at '" + at("socket") + "'"), std::string::npos)
      << second.err;
  EXPECT_EQ(run(agent({"true"})).code(), 0) << "the first one must still serve";
}

TEST_F(Serve, AFileThatIsNoSocketStays) {
  write_file(at("socket"), "precious\n");
  EXPECT_EQ(run(plain(serve_words(shipped_policy("no-mkdir.json")))).code(), 125);
  EXPECT_EQ(read_file(at("socket")), "precious\n");
}

TEST_F(Serve, TheSocketIsForItsOwnerAlone) {
  start();
  struct stat st {};
  ASSERT_EQ(stat(at("socket").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0600u);
}

TEST_F(Serve, EndsOnSignalsWithItsLastRecord) {
  for (const int signal : {SIGTERM, SIGINT}) {
    start();
    EXPECT_EQ(stop(signal), 0);
  }
  EXPECT_EQ(records("end").size(), 2u);
}

TEST_F(Serve, EndedWhileTargetsLiveItTellsTheirCounts) {
  start();
  Running target(agent({"sh", "-c", "mkdir d; mkfifo gate; echo ready; read line <gate"}));
  ASSERT_TRUE(target.says("ready"));
  EXPECT_EQ(stop(), 0);
  const auto end = records("end").at(0);
  EXPECT_EQ(records("detach").size(), 1u);
  EXPECT_EQ(end["denied"], 1);
  EXPECT_EQ(end["received"], end["answered"]);
  EXPECT_EQ(end["received"], end["recorded"]);
  write_file(at("gate"), "go\n");
  target.wait();
}

TEST_F(Serve, WhenItHasGoneSupervisedCallsFailAndNothingIsLetThrough) {
  start();
  Running target(agent({"sh", "-c", "mkfifo gate; echo ready; read line <gate; mkdir d 2>&1; echo end"}));
  ASSERT_TRUE(target.says("ready"));
  EXPECT_EQ(stop(SIGKILL), 1000 + SIGKILL);
  write_file(at("gate"), "go\n");
  // Starting mkdir is itself a trapped call: the shell can't even do that.
  EXPECT_NE(target.rest().find("Function not implemented"), std::string::npos);
  target.wait();
  EXPECT_FALSE(fs::exists(at("d")));
}

TEST_F(Serve, OtherUsersMayNotAttach) {
  if (!is_root()) GTEST_SKIP() << "needs root: becomes another user";
  Words words = serve_words(shipped_policy("no-mkdir.json"));
  words.insert(words.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
  ASSERT_EQ(chmod(work().c_str(), 0777), 0);
  Start other = plain(words);
  other.prepare = [] { dup2(1, 2); };
  supervisor_ = std::make_unique<Running>(other);
  ASSERT_TRUE(supervisor_->says("serving"));
  ASSERT_EQ(chmod(at("socket").c_str(), 0666), 0);
  words = agent({"echo", "ran"}).argv;
  words.insert(words.begin(), {"setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"});
  const Finished stranger = run(plain(words));
  EXPECT_EQ(stranger.code(), 125);
  EXPECT_NE(stranger.err.find("uid 65533 may not attach with policy 'no-mkdir'"), std::string::npos)
      << stranger.err;
  EXPECT_EQ(run(agent({"echo", "ran"})).out, "ran\n");
}

// A listener at the socket that $NOTIFY_SOCKET names (sd_notify(3)).
class ToldOfReadiness : public Serve {
 protected:
  ToldOfReadiness() : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    at("notify").copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~ToldOfReadiness() override { close(socket_); }
  // The next message; "": none has come.
  std::string told(int wait_ms) const {
    pollfd ready{socket_, POLLIN, 0};
    char text[4096];
    const ssize_t got = poll(&ready, 1, wait_ms) == 1 ? recv(socket_, text, sizeof text, 0) : 0;
    return {text, static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }
  Start telling(Words words) const {
    Start start = plain(words);
    start.env["NOTIFY_SOCKET"] = at("notify");
    return start;
  }

 private:
  const int socket_;
};

TEST_F(ToldOfReadiness, AServiceIsReadyWhenItServes) {
  Running service(telling(serve_words(shipped_policy("no-mkdir.json"))));
  EXPECT_EQ(told(patience_ms).substr(0, 8), "READY=1\n");
  EXPECT_EQ(run(agent({"mkdir", "d"})).code(), 1);
  service.send(SIGTERM);
  EXPECT_EQ(service.wait(), 0);
}

TEST_F(ToldOfReadiness, AServiceThatCantServeDoesntSayThatItDoes) {
  const Finished done =
      run(without("io_uring_setup,epoll_create1", telling(serve_words(shipped_policy("no-mkdir.json")))));
  EXPECT_EQ(done.code(), 125);
  EXPECT_EQ(done.err,
            "scsup: cannot wait for events: io_uring is refused here, and epoll: Operation not permitted\n");
  EXPECT_EQ(told(0), "");
  EXPECT_FALSE(fs::exists(at("socket")));
}

TEST_F(ToldOfReadiness, AServiceThatMissesSomethingSaysWhat) {
  const Finished done = run(without("openat2=ENOSYS", telling(serve_words(shipped_policy("no-mkdir.json")))));
  EXPECT_EQ(done.code(), 125);
  EXPECT_EQ(done.err.find("scsup: openat2(2) fails here (ENOSYS)"), 0u) << done.err;
  EXPECT_TRUE(done.err.ends_with("; nothing is served\n")) << done.err;
  EXPECT_EQ(told(0), "");
}

// As under Docker's default profile or on hardened hosts.
TEST_F(Serve, SaysThatItWaitsByEpollAndWhatItCantDo) {
  Words words = serve_words(shipped_policy("no-mkdir.json"));
  words.insert(words.end(), {"--control", at("control")});
  Start start = without("io_uring_setup,pidfd_send_signal", plain(words));
  start.prepare = [] { dup2(1, 2); };
  Running service(start);
  ASSERT_TRUE(service.says("fails here (EPERM), by which scsup ends processes (scsup kill)"));
  ASSERT_TRUE(service.says("scsup: serving 'no-mkdir' at '" + at("socket") + "'"));
  ASSERT_TRUE(service.says("scsup: events come by epoll, as io_uring is refused here"));
  EXPECT_EQ(run(agent({"mkdir", "d"})).err, "mkdir: cannot create directory 'd': Operation not permitted\n");
  const Finished asked = run(plain({scsup_program(), "ps", "--json", "--control", at("control")}));
  EXPECT_NE(asked.out.find("\"events\":\"epoll\""), std::string::npos) << asked.out << asked.err;
  service.send(SIGTERM);
  EXPECT_EQ(service.wait(), 0);
}

// No thread can have its own umask, as unshare is refused.
TEST_F(Serve, KeepsTheUmasksOfSessionsApart) {
  Start start = without("unshare", plain(serve_words(policy(R"({"supervise": {"rules": [
      {"syscalls": ["@mkdir"], "path": "/**", "action": "allow"}]}})"))));
  start.prepare = [] { dup2(1, 2); };
  Running service(start);
  ASSERT_TRUE(service.says("scsup: serving"));
  EXPECT_EQ(mkfifo(at("gate").c_str(), 0600), 0);
  Running first(agent({"sh", "-c", "umask 027; mkdir a; echo made; read line <gate; mkdir b; echo done"}));
  ASSERT_TRUE(first.says("made"));
  EXPECT_EQ(run(agent({"sh", "-c", "umask 0; mkdir c"})).code(), 0);
  write_file(at("gate"), "go\n");
  ASSERT_TRUE(first.says("done"));
  for (const auto& [name, mode] : {std::pair{"a", 0750u}, {"b", 0750u}, {"c", 0777u}}) {
    struct stat made {};
    EXPECT_EQ(stat(at(name).c_str(), &made), 0);
    EXPECT_EQ(made.st_mode & 07777, mode) << name;
  }
  service.send(SIGTERM);
  EXPECT_EQ(service.wait(), 0);
}

// All substitutes at once.
TEST_F(Serve, ServesWhereAllIsRefusedThatThereIsAnotherWayFor) {
  const std::string allows = policy(R"({"supervise": {"rules": [
      {"syscalls": ["@mkdir", "@chmod"], "path": ")" +
                                    at("**") + R"(", "action": "allow"}]}})");
  Start start = without(
      "capset,close_range,fchmodat2,io_uring_setup,pidfd_getfd,process_vm_readv,setfsuid,"
      "setgroups,unshare",
      plain(serve_words(allows)));
  start.prepare = [] { dup2(1, 2); };
  Running service(start);
  ASSERT_TRUE(service.says("scsup: events come by epoll"));
  const Finished done = run(agent({"sh", "-c", "umask 027; mkdir d && chmod 705 d; mkdir e; exit 7"}));
  EXPECT_EQ(done.code(), 7) << done.err;
  struct stat d {
  }, e{};
  EXPECT_EQ(stat(at("d").c_str(), &d), 0);
  EXPECT_EQ(stat(at("e").c_str(), &e), 0);
  EXPECT_EQ(d.st_mode & 07777, 0705u);
  EXPECT_EQ(e.st_mode & 07777, 0750u);
  service.send(SIGTERM);
  EXPECT_EQ(service.wait(), 0);
}

}  // namespace
}  // namespace scsup::e2e

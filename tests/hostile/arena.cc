#include "tests/hostile/arena.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "tests/schema/audit_schema.h"

namespace scsup::hostile {
namespace {

std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

long status_number(pid_t pid, const std::string& key) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(key + ":")) return std::stol(line.substr(key.size() + 1));
  return -1;
}

bool speaks_of_sanitizer(const std::string& err) {
  return err.find("Sanitizer") != std::string::npos || err.find("runtime error:") != std::string::npos;
}

}  // namespace

std::string program(const std::string& name) {
  if (const char* other = std::getenv("SCSUP_BIN_DIR")) return std::string(other) + "/" + name;
  return name == "scsup" ? SCSUP : SCSUP_AGENT;
}

std::string attack(const std::string& name) { return std::string(ATTACKS) + "/" + name; }

Started::Started(pid_t pid, std::string out, std::string err)
    : pid_(pid),
      pidfd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))),
      out_(std::move(out)),
      err_(std::move(err)) {}

Started::Started(Started&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      pidfd_(std::move(other.pidfd_)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)) {}

Started::~Started() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}

int Started::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string Started::out() const { return contents(out_); }
std::string Started::err() const { return contents(err_); }

Arena::Arena() {
  const char* tmp = std::getenv("TMPDIR");
  std::string name = std::string(tmp && *tmp ? tmp : "/tmp") + "/scsup-hostile-XXXXXX";
  if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a directory in TMPDIR");
  root_ = std::filesystem::canonical(name);
  chmod(root_.c_str(), 0755);
  for (const char* directory : {"ok", "no"}) {
    mkdir(path(directory).c_str(), 0777);
    chmod(path(directory).c_str(), 0777);
  }
}

Arena::~Arena() {
  tests::expect_known_records(root_);
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

std::string Arena::write(const std::string& name, const std::string& text) const {
  std::ofstream(path(name), std::ios::binary) << text;
  return path(name);
}

std::string Arena::policy(const std::string& supervise, const std::string& more) const {
  const std::string below_ok = R"({"default": {"action": "deny", "errno": "EACCES"}, "rules": [{"id": "ok",
    "syscalls": ["@mkdir", "@chmod"], "path": [")" +
                               path("ok") + R"(/**"], "action": "allow"}]})";
  return write("policy.json", R"({"defaultAction": "SCMP_ACT_ALLOW", )" +
                                  (more.empty() ? more : more + ", ") + R"("supervise": )" +
                                  (supervise.empty() ? below_ok : supervise) + "}");
}

Started Arena::start(const Words& argv, std::function<void()> prepare) {
  const std::string number = std::to_string(++started_);
  const std::string out = path("out." + number), err = path("err." + number);
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666), 1);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666), 2);
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // after a timeout nothing of the test stays running
    if (chdir(root_.c_str()) != 0) _exit(99);
    if (prepare) prepare();
    execv(words[0], words.data());
    _exit(99);
  }
  return Started(pid, out, err);
}

Started Arena::start_serve(const std::string& policy_file) {
  Fd watch(inotify_init1(IN_CLOEXEC));
  inotify_add_watch(watch.get(), root_.c_str(), IN_CREATE | IN_ATTRIB);
  Started serve = start({program("scsup"), "serve", "--socket", socket(), "--policy", policy_file, "--audit",
                         path("audit.jsonl"), "--quiet"});
  // The socket's file appears when it is bound, a moment before it is listened on: so try to connect until that
  // succeeds.
  for (;;) {
    if (auto agent = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0); agent >= 0) {
      Fd closes(agent);
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      socket().copy(address.sun_path, sizeof address.sun_path - 1);
      if (connect(agent, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return serve;
    }
    pollfd ready[] = {{watch.get(), POLLIN, 0}, {serve.pidfd().get(), POLLIN, 0}};
    poll(ready, 2, 20);
    if (ready[1].revents != 0) throw std::runtime_error("scsup serve has ended: " + serve.err());
    char events[4096];
    if (ready[0].revents != 0) (void)!read(watch.get(), events, sizeof events);
  }
}

Ended Arena::run(const Words& command, const std::string& policy_file, std::function<void()> prepare) {
  Words argv = {
      program("scsup"),    "run",       "--policy", policy_file.empty() ? policy() : policy_file, "--audit",
      path("audit.jsonl"), "--summary", "--"};
  argv.insert(argv.end(), command.begin(), command.end());
  Started scsup = start(argv, std::move(prepare));
  Ended ended;
  ended.status = scsup.wait();
  ended.out = scsup.out();
  ended.err = scsup.err();
  return ended;
}

Ended Arena::run_attack(const std::string& name, Words arguments, const std::string& policy_file) {
  arguments.insert(arguments.begin(), attack(name));
  return run(arguments, policy_file);
}

Audit Arena::audit() const {
  Audit audit;
  std::ifstream in(path("audit.jsonl"), std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    auto record = nlohmann::json::parse(line, nullptr, false);
    if (record.is_discarded())
      ADD_FAILURE() << "no JSON in the audit: " << line.substr(0, 300);
    else if (record.value("type", "") != "seal")  // has no number
      audit.push_back(std::move(record));
  }
  return audit;
}

void expect_sound(const Audit& audit) {
  std::int64_t seq = 0;
  int ends = 0;
  for (const auto& record : audit) {
    const std::string type = record.value("type", "");
    EXPECT_EQ(record.value("seq", -1), ++seq) << record;
    seq = record.value("seq", seq);
    if (type != "end") continue;
    ++ends;
    EXPECT_EQ(record.value("received", -1), record.value("answered", -2)) << record;
    EXPECT_EQ(record.value("received", -1), record.value("recorded", -2)) << record;
    EXPECT_EQ(record.value("lost", -1), 0) << record;
  }
  EXPECT_GE(ends, 1) << "no end record";
}

void expect_sound(const Arena& arena, const Ended& ended) {
  EXPECT_EQ(ended.err.find("scsup: bug:"), std::string::npos) << ended.err;
  EXPECT_FALSE(speaks_of_sanitizer(ended.err)) << ended.err;
  expect_sound(arena.audit());
}

std::size_t count_calls(const Audit& audit, const std::string& act, const std::string& error) {
  return static_cast<std::size_t>(std::count_if(audit.begin(), audit.end(), [&](const auto& record) {
    return record.value("type", "") == "call" && record.value("act", "") == act &&
           (error.empty() || record.value("errno", "") == error);
  }));
}

std::uint64_t counted(const std::string& file) {
  std::uint64_t count = 0;
  std::ifstream in(file, std::ios::binary);
  in.read(reinterpret_cast<char*>(&count), sizeof count);
  return count;
}

void pass_some_time(std::mt19937& random) {
  for (unsigned steps = random() % 50'000; steps != 0; --steps) asm volatile("");
}

Words entries(const std::string& directory) {
  Words names;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    names.push_back(entry.path().filename());
  return names;
}

long descriptor_slots(pid_t pid) { return status_number(pid, "FDSize"); }
long resident_kib(pid_t pid) { return status_number(pid, "VmRSS"); }
bool is_root() { return geteuid() == 0; }

}  // namespace scsup::hostile

// An agent under a supervisor that the test plays: forked here over a socketpair, as `scsup run` does it, or the real
// scsup-agent over a socket file.
#pragma once

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/handshake.h"
#include "base/socket.h"

namespace scsup::test {

enum class Start { forked, binary };

inline std::string start_name(const testing::TestParamInfo<Start>& start) {
  return start.param == Start::forked ? "forked" : "binary";
}

// Becomes an ordinary user, for tests that run as root too.
inline void become_ordinary() {
  if (::geteuid() != 0) return;
  if (::setgroups(0, nullptr) < 0 || ::setresgid(65534, 65534, 65534) < 0 ||
      ::setresuid(65534, 65534, 65534) < 0)
    ::_exit(98);
}

using Instructions = std::vector<sock_filter>;
inline constexpr int odd_errno = 42;  // ENOMSG: nothing else gives it

inline Instructions always(std::uint32_t action) { return {BPF_STMT(BPF_RET | BPF_K, action)}; }
inline Instructions notify_all() { return always(SECCOMP_RET_USER_NOTIF); }
inline Instructions allow_all() { return always(SECCOMP_RET_ALLOW); }
inline Instructions deny_all() { return always(SECCOMP_RET_ERRNO | odd_errno); }
// `others` for every call but execve, which is trapped.
inline Instructions trap_execve(std::uint32_t others) {
  return {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF), BPF_STMT(BPF_RET | BPF_K, others)};
}

inline Fd memfd_of(const void* bytes, std::size_t size,
                   int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW) {
  Fd memfd(static_cast<int>(::memfd_create("filter", MFD_CLOEXEC | MFD_ALLOW_SEALING)));
  EXPECT_EQ(::write(memfd.get(), bytes, size), static_cast<ssize_t>(size));
  EXPECT_EQ(::fcntl(memfd.get(), F_ADD_SEALS, seals), 0);
  return memfd;
}
inline Fd memfd_of(const Instructions& program) {
  return memfd_of(program.data(), program.size() * sizeof(sock_filter));
}

inline handshake::Program loaded_with(std::uint32_t flags) {
  handshake::Program program;
  program.flags = flags;
  return program;
}

struct Ended {
  int status = 0;  // as waitpid gives it
  std::string out, err;
  int code() const { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
  int signal() const { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }
};

class Agent {
 public:
  struct Setting {
    std::vector<std::string> argv{"/bin/echo", "ran"};
    std::function<void()> before = [] {};  // in the child, first
    std::string policy{};
  };

  Agent(Start start, Setting setting) {
    int out[2], err[2];
    EXPECT_EQ(::pipe2(out, O_CLOEXEC) | ::pipe2(err, O_CLOEXEC), 0);
    out_.reset(out[0]);
    err_.reset(err[0]);
    char folder[] = "/tmp/scsup-agent-XXXXXX";
    Fd listening, far;
    if (start == Start::binary) {
      folder_ = ::mkdtemp(folder);
      std::filesystem::permissions(folder_, std::filesystem::perms::all);
      listening = std::move(listen_unix(folder_ + "/s")).value();
      std::filesystem::permissions(folder_ + "/s", std::filesystem::perms::all);
    } else {
      std::tie(socket_, far) = std::move(socket_pair()).value();
    }
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], 1);
      ::dup2(err[1], 2);
      socket_.reset();
      setting.before();
      if (start == Start::forked) agent::run(std::move(far), {setting.argv, setting.policy});
      std::string socket = folder_ + "/s";
      std::vector<std::string> words{SCSUP_AGENT, "--socket", socket, "--policy", setting.policy, "--"};
      words.insert(words.end(), setting.argv.begin(), setting.argv.end());
      run_natively(words);
    }
    ::close(out[1]);
    ::close(err[1]);
    if (start == Start::binary) accept_or_death(listening);
  }
  ~Agent() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  [[noreturn]] static void run_natively(const std::vector<std::string>& words) {
    std::vector<char*> argv;
    for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execvp(argv[0], argv.data());
    ::_exit(99);
  }

  pid_t pid() const { return pid_; }  // -1 when it has ended
  // Never for an agent that has ended: to kill(2) -1 means everybody.
  void kill(int signal) const {
    if (pid_ > 0) ::kill(pid_, signal);
  }
  Fd& socket() { return socket_; }

  template <class M>
  M expect(Fd* listener = nullptr) {
    auto packet = receive_packet(socket_);
    auto message = handshake::decode(packet ? packet->bytes : "");
    if (!message || !std::holds_alternative<M>(*message)) {
      ADD_FAILURE() << "the agent sent something else, or nothing; its stderr: " << end().err;
      return {};
    }
    if (listener && packet->fds.size() == 1) *listener = std::move(packet->fds[0]);
    return std::get<M>(*message);
  }
  void say(const handshake::Message& message, int fd = -1) {
    EXPECT_TRUE(send_packet(socket_, handshake::encode(message), fd));
  }
  void say_program(const Instructions& program, std::uint32_t flags = SECCOMP_FILTER_FLAG_NEW_LISTENER,
                   bool exec_waits = false) {
    handshake::Program words = loaded_with(flags);
    words.exec_waits = exec_waits;
    say(words, memfd_of(program).get());
  }
  // The handshake from Hello to Listener.
  Fd hand_over(const Instructions& program, bool exec_waits = false) {
    Fd listener;
    hello_ = expect<handshake::Hello>();
    say_program(program, SECCOMP_FILTER_FLAG_NEW_LISTENER, exec_waits);
    const auto words = expect<handshake::Listener>(&listener);
    EXPECT_EQ(words.tid, static_cast<std::uint32_t>(pid_));
    EXPECT_TRUE(listener);
    return listener;
  }
  const handshake::Hello& hello() const { return hello_; }

  // Waits for its end; returns what it printed.
  Ended end() {
    Ended ended;
    socket_.reset();
    const auto drain = [](const Fd& fd) {
      std::string text;
      char buffer[4096];
      for (ssize_t n; (n = ::read(fd.get(), buffer, sizeof(buffer))) > 0;) text.append(buffer, n);
      return text;
    };
    if (pid_ <= 0) return ended;
    ended.out = drain(out_);
    ended.err = drain(err_);
    ::waitpid(std::exchange(pid_, -1), &ended.status, 0);
    return ended;
  }

 private:
  // The real agent may end before it connects, so don't wait for the connection for ever.
  void accept_or_death(const Fd& listening) {
    const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    pollfd either[] = {{listening.get(), POLLIN, 0}, {pidfd.get(), POLLIN, 0}};
    ::poll(either, 2, -1);
    if (auto connection = accept_unix(listening, Blocking::yes)) socket_ = std::move(*connection);
  }

  pid_t pid_ = -1;
  std::string folder_;
  Fd socket_, out_, err_;
  handshake::Hello hello_;
};

// The calls received from a listener, answered by raw ioctl.
class Calls {
 public:
  explicit Calls(Fd listener) : listener_(std::move(listener)) {}

  // The next call's number, or -1 when the last task has gone.
  int next() {
    pollfd waiting{listener_.get(), POLLIN, 0};
    for (;;) {
      if (::poll(&waiting, 1, -1) < 0 || !(waiting.revents & POLLIN)) return -1;
      call_ = {};
      if (::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, &call_) == 0) return call_.data.nr;
      if (errno != ENOENT && errno != EINTR) return -1;
    }
  }
  pid_t caller() const { return static_cast<pid_t>(call_.pid); }
  void let_through() { answer(0, SECCOMP_USER_NOTIF_FLAG_CONTINUE); }
  void deny(int err) { answer(-err, 0); }
  void let_all_through() {
    while (next() >= 0) let_through();
  }

 private:
  void answer(int error, std::uint32_t flags) {
    seccomp_notif_resp response{};
    response.id = call_.id;
    response.error = error;
    response.flags = flags;
    ::ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, &response);
  }

  Fd listener_;
  seccomp_notif call_{};
};

// A whole run under a supervisor that lets everything through.
inline Ended supervised(Start start, Agent::Setting setting, handshake::Hello* hello = nullptr) {
  Agent agent(start, std::move(setting));
  const Fd listener = agent.hand_over(allow_all());
  if (hello) *hello = agent.hello();
  agent.say(handshake::Go{});
  return agent.end();
}

// The same command without any supervisor, for the expected result.
inline Ended native(Agent::Setting setting) {
  const auto before = setting.before;
  const auto argv = setting.argv;
  setting.before = [=] {
    before();
    Agent::run_natively(argv);
  };
  return Agent(Start::forked, setting).end();
}

}  // namespace scsup::test

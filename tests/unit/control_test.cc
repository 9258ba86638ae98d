// The control socket as clients see it: the real door, connections, loop and workers in front of a sample service.
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/socket.h"
#include "supervisor/control/call.h"
#include "supervisor/control/client.h"
#include "supervisor/control/door.h"
#include "supervisor/control/wire.h"
#include "tests/unit/control_sample.h"

namespace scsup::control {
namespace {

constexpr int patience_ms = 40'000;
constexpr int client_patience_ms = 10'000 + 8'000;  // StallWatch::patience, and a slow machine

int open_descriptors() {
  int count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory)) ++count;
  ::closedir(directory);
  return count;
}

bool readable(int fd, int ms = patience_ms) {
  pollfd ready{fd, POLLIN, 0};
  return poll(&ready, 1, ms) == 1;
}

// A client that can send anything.
class Raw {
 public:
  explicit Raw(const std::string& path) : socket_(std::move(connect_unix(path, Carries::stream)).value()) {}

  int fd() const { return socket_.get(); }
  const Fd& socket() const { return socket_; }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = send_some(socket_, bytes);
      if (!sent) return;
      bytes.remove_prefix(*sent);
    }
  }
  void call(const std::string& method, const Json& parameters = Json::object()) const {
    send(Json{{"method", "io.scsup.control." + method}, {"parameters", parameters}}.dump() + '\0');
  }
  // The next reply; null: the end of the stream.
  Json reply() {
    for (;;) {
      auto message = inbox_.next();
      if (message && *message) return Json::parse(**message);
      if (!readable(fd())) {
        ADD_FAILURE() << "no reply comes";
        return nullptr;
      }
      std::array<char, 4096> bytes;
      const auto got = receive_some(socket_, bytes);
      if (!got || *got == 0) return nullptr;
      inbox_.add({bytes.data(), *got});
    }
  }
  std::string error() {
    const Json json = reply();
    return json.is_null() ? "hung up" : json.value("error", "none");
  }

 private:
  Fd socket_;
  Inbox inbox_{256u << 20};
};

class ControlSocket : public testing::Test {
 protected:
  ControlSocket() {
    char name[] = "/tmp/scsup-control-XXXXXX";
    directory_ = ::mkdtemp(name);
    path_ = directory_ + "/control.sock";
    auto listening = listen_unix(path_, Carries::stream);
    EXPECT_TRUE(listening) << listening.error().text();
    loop_.add(std::make_shared<Door>(std::move(*listening), loop_, workers_, service_));
    thread_ = std::thread([this] { EXPECT_TRUE(loop_.run()); });
  }
  ~ControlSocket() override {
    service_.hold_reloads(false);
    EXPECT_TRUE(workers_.drain(20));
    loop_.stop();
    thread_.join();
    std::filesystem::remove_all(directory_);
  }
  // The threads of a pool live as long as the process.
  static Workers& pool() {
    static Workers* workers = new Workers([] {});
    return *workers;
  }

  std::string directory_, path_;
  SampleService service_;
  Workers& workers_ = pool();
  Loop loop_{[] {}};
  std::thread thread_;
};

TEST_F(ControlSocket, AnswersItsOwnClient) {
  auto client = Client::connect(path_);
  ASSERT_TRUE(client) << client.error().text();
  for (int i = 0; i < 3; ++i) {
    const auto reply = client->call("Sessions");
    ASSERT_TRUE(reply) << reply.error().text();
    EXPECT_EQ(reply->error, "");
    const auto sessions = list_from_wire<SessionState>(reply->parameters, "sessions");
    EXPECT_EQ(to_wire(sessions), to_wire(service_.sessions()));
  }
  const std::string text = "{\"comment\": \"ä\n\t\\\"}";
  const auto set = client->call("SetPolicy", {{"session", 1}, {"file", "p.json"}, {"text", text}});
  ASSERT_TRUE(set);
  EXPECT_EQ(service_.text(), text);
  EXPECT_EQ(service_.file(), "p.json");
  EXPECT_EQ(set->parameters["policy"]["sessions"][0]["session"], 1);
  EXPECT_EQ(client->call("Kill", {{"session", 2}})->parameters["processes"], 2);
  EXPECT_EQ(client->call("Kill", {{"session", 2}})->error, "io.scsup.control.NoSuchSession");
}

TEST_F(ControlSocket, ACallThatComesInTwoPartsIsOneWhereverItIsCut) {
  const std::string message =
      std::string(R"({"method":"io.scsup.control.Kill","parameters":{"session":9}})") + '\0';
  Raw client(path_);
  for (std::size_t cut = 1; cut < message.size(); ++cut) {
    client.send(message.substr(0, cut));
    client.send(message.substr(cut));
    EXPECT_EQ(client.error(), "io.scsup.control.NoSuchSession") << cut;
  }
}

TEST_F(ControlSocket, CallsSentAtOnceAreAnsweredInTheirOrder) {
  Raw client(path_);
  std::string all;
  for (int i = 10; i < 500; ++i)
    all += Json{{"method", "io.scsup.control.Kill"}, {"parameters", {{"session", i}}}, {"oneway", i % 3 == 0}}
               .dump() +
           '\0';
  client.send(all);
  for (int i = 10; i < 500; ++i) {
    if (i % 3 == 0) continue;
    EXPECT_EQ(client.reply()["parameters"]["session"], i);
  }
}

TEST_F(ControlSocket, ACallIsDoneThoughItsClientHasGone) {
  service_.hold_reloads(true);
  {
    Raw client(path_);
    client.call("Reload");
  }
  service_.wait_for_reload();
}

TEST_F(ControlSocket, AHalfClosedClientStillGetsItsReply) {
  Raw client(path_);
  client.call("Sessions");
  ::shutdown(client.fd(), SHUT_WR);
  EXPECT_EQ(client.error(), "none");
  EXPECT_EQ(client.error(), "hung up");
}

// Another source on the loop, which answers each event at once.
class Echo : public Source {
 public:
  Echo() : asked_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), answered_(eventfd(0, EFD_CLOEXEC)) {}
  int fd() const override { return asked_.get(); }
  Next serve(std::uint32_t, Lead&) override {
    std::uint64_t count = 0;
    if (::read(asked_.get(), &count, sizeof count) == sizeof count)
      (void)!::write(answered_.get(), &count, sizeof count);
    return Next::again;
  }
  bool answers() const {
    std::uint64_t one = 1;
    (void)!::write(asked_.get(), &one, sizeof one);
    return readable(answered_.get()) && ::read(answered_.get(), &one, sizeof one) == sizeof one;
  }

 private:
  Fd asked_, answered_;
};

TEST_F(ControlSocket, AReloadThatTakesLongDelaysNobodyElse) {
  auto echo = std::make_shared<Echo>();
  loop_.add(echo);
  service_.hold_reloads(true);
  Raw slow(path_);
  slow.call("Reload");
  service_.wait_for_reload();
  EXPECT_TRUE(echo->answers());
  Raw other(path_);
  other.call("Kill", {{"session", 9}});
  EXPECT_EQ(other.error(), "io.scsup.control.NoSuchSession");
  EXPECT_FALSE(readable(slow.fd(), 0));
  service_.hold_reloads(false);
  EXPECT_EQ(slow.reply()["parameters"]["policies"][0]["generation"], 5);
}

TEST_F(ControlSocket, WhoMayNotIsToldWhyAndHungUpOn) {
  service_.refuse(::geteuid());
  Raw client(path_);
  const Json reply = client.reply();  // without a call
  EXPECT_EQ(reply["error"], "io.scsup.control.PermissionDenied");
  EXPECT_EQ(reply["parameters"]["reason"],
            "user " + std::to_string(::geteuid()) + " may not control this supervisor; see scsup-config(5)");
  EXPECT_EQ(client.error(), "hung up");
  auto own = Client::connect(path_);
  ASSERT_TRUE(own);
  ASSERT_TRUE(readable(own->fd()));  // it has hung up already, and its message can still be read
  const auto told = own->call("Sessions");
  ASSERT_TRUE(told) << told.error().text();
  EXPECT_EQ(told->error, "io.scsup.control.PermissionDenied");
}

TEST_F(ControlSocket, WhatIsNoMessageIsAnsweredAndHungUpOn) {
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\n\r\n\0", 19), std::string("\0", 1), std::string("{}\0", 3),
        std::string(100'000, '[') + '\0', std::string("\xff\xfe\0", 3)}) {
    Raw client(path_);
    client.send(bytes);
    EXPECT_EQ(client.error(), "io.scsup.control.BrokenMessage") << bytes.substr(0, 20);
    EXPECT_EQ(client.error(), "hung up");
  }
}

TEST_F(ControlSocket, APolicyOfTheLargestSizePassesAndNoMore) {
  Raw client(path_);
  const std::string text(16u << 20, 'x');
  client.call("SetPolicy", {{"session", 1}, {"file", "p.json"}, {"text", text}});
  EXPECT_EQ(client.error(), "none");
  EXPECT_EQ(service_.text().size(), text.size());
  client.send(std::string(call_limit + 1, ' '));
  EXPECT_EQ(client.error(), "io.scsup.control.BrokenMessage");
  EXPECT_EQ(client.error(), "hung up");
}

TEST_F(ControlSocket, FewMayHaveALargeCallAtATime) {
  const std::string large = "{\"method\":\"" + std::string(2 * small_call_limit, 'x');
  std::vector<std::unique_ptr<Raw>> clients;
  for (int i = 0; i <= Clients::most_large; ++i) {
    clients.push_back(std::make_unique<Raw>(path_));
    clients.back()->send(large);
  }
  std::vector<pollfd> ready;
  for (const auto& client : clients) ready.push_back({client->fd(), POLLIN, 0});
  ASSERT_EQ(poll(ready.data(), ready.size(), patience_ms), 1);
  for (std::size_t i = 0; i < ready.size(); ++i) {
    if (ready[i].revents) {
      EXPECT_EQ(clients[i]->error(), "io.scsup.control.Busy");
      continue;
    }
    clients[i]->send(std::string("\"}\0", 3));
    EXPECT_EQ(clients[i]->error(), "org.varlink.service.InterfaceNotFound");
  }
  Raw small(path_);
  small.call("Sessions");
  EXPECT_EQ(small.error(), "none");
}

TEST_F(ControlSocket, OneClientTooManyIsToldAndAPlaceThatIsFreeAgainIsGiven) {
  std::vector<std::unique_ptr<Raw>> clients;
  for (int i = 0; i < Clients::most; ++i) {
    clients.push_back(std::make_unique<Raw>(path_));
    clients.back()->call("Sessions");
    ASSERT_EQ(clients.back()->error(), "none") << i;
  }
  Raw one_too_many(path_);
  EXPECT_EQ(one_too_many.error(), "io.scsup.control.Busy");
  EXPECT_EQ(one_too_many.error(), "hung up");
  clients.pop_back();
  for (;;) {  // until the supervisor has noticed
    Raw next(path_);
    next.call("Sessions");
    const std::string error = next.error();
    if (error == "none") break;
    ASSERT_EQ(error, "io.scsup.control.Busy");
  }
}

TEST_F(ControlSocket, ClientsThatComeAndGoLeaveNothing) {
  const auto visit = [&](int i) {
    Raw client(path_);
    if (i % 4 == 1) client.send("{\"meth");
    if (i % 4 == 2) client.call("Sessions");
    if (i % 4 != 3) return;
    client.call("Sessions");
    EXPECT_EQ(client.error(), "none");
  };
  for (int i = 0; i < 8; ++i) visit(i);
  const auto settled = [&] {  // one client after the others: by then it is known what they left
    EXPECT_TRUE(workers_.drain(20));
    for (int i = 0; i < 2; ++i) {
      Raw client(path_);
      client.call("Sessions");
      EXPECT_EQ(client.error(), "none");
    }
    return open_descriptors();
  };
  const int before = settled();
  for (int i = 0; i < 2000; ++i) visit(i);
  EXPECT_LE(settled(), before + 4);  // the very last ones may still be on their way out
}

TEST_F(ControlSocket, WithoutADescriptorLeftAClientIsToldSo) {
  std::vector<Fd> filling;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low{static_cast<rlim_t>(open_descriptors() + 10), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  Raw old(path_);
  old.call("Sessions");
  EXPECT_EQ(old.error(), "none");
  Fd next(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  for (int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC); fd >= 0;
       fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC))
    filling.emplace_back(fd);
  filling.pop_back();  // for the client
  Raw client(path_);
  EXPECT_EQ(client.error(), "io.scsup.control.Busy");
  EXPECT_EQ(client.error(), "hung up");
  old.call("Sessions");
  EXPECT_EQ(old.error(), "none");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

// Everything that can use up the supervisor's patience, at the same time: together it takes as long as one.
TEST_F(ControlSocket, WhoLetsItWaitIsHungUpOn) {
  Raw silent(path_), dribbling(path_), deaf(path_), stopped(path_), idle(path_);
  idle.call("Sessions");
  EXPECT_EQ(idle.error(), "none");
  stopped.call("Sessions");
  EXPECT_EQ(stopped.error(), "none");
  stopped.send("{\"method\"");  // and no more, after a good call
  const std::string call = R"({"method":"org.varlink.service.GetInterfaceDescription","parameters":)"
                           R"({"interface":"io.scsup.control"}})";
  const auto fill = [&] {  // calls without reading a reply: at some point nothing more is accepted
    std::size_t taken = 0;
    while (::send(deaf.fd(), (call + '\0').data(), call.size() + 1, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) ++taken;
    return taken;
  };
  fill();
  bool cut_off = false;
  for (int i = 0; !cut_off && i < client_patience_ms / 20; ++i) {  // a byte every 20 ms as long as possible
    pollfd ready{dribbling.fd(), POLLIN, 0};
    cut_off = poll(&ready, 1, 20) == 1 || ::send(dribbling.fd(), "[", 1, MSG_NOSIGNAL) < 0;
  }
  EXPECT_TRUE(cut_off);
  EXPECT_TRUE(readable(silent.fd(), client_patience_ms));
  EXPECT_EQ(silent.error(), "hung up");
  EXPECT_TRUE(readable(stopped.fd(), client_patience_ms));
  EXPECT_EQ(stopped.error(), "hung up");
  pollfd gone{deaf.fd(), 0, 0};  // POLLHUP alone: it must not read
  EXPECT_EQ(poll(&gone, 1, client_patience_ms), 1);
  idle.call("Sessions");  // silence between calls is allowed
  EXPECT_EQ(idle.error(), "none");
}

}  // namespace
}  // namespace scsup::control

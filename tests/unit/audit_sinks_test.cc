// Where records go in addition to the file: the journal's and syslog's datagrams, a socket whose reader is slow or
// absent.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <filesystem>

#include "base/fd.h"
#include "supervisor/audit/sinks/journald_sink.h"
#include "supervisor/audit/sinks/sinks.h"
#include "supervisor/audit/sinks/socket_sink.h"

namespace scsup {
namespace {

constexpr const char* two_lines =
    "{\"type\":\"call\",\"run\":\"00\",\"seq\":7,\"obj\":{\"path\":\"a\\\"act\\\":\"},\"act\":\"deny\"}\n"
    "{\"type\":\"end\",\"run\":\"00\",\"seq\":8}\n";

class AuditSinks : public testing::Test {
 protected:
  AuditSinks() {
    char name[] = "/tmp/scsup-sinks-XXXXXX";
    directory_ = mkdtemp(name);
    path_ = directory_ + "/socket";
  }
  ~AuditSinks() override { std::filesystem::remove_all(directory_); }

  Fd bound(int type) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    Fd fd(socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
    EXPECT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
  static std::string datagram(const Fd& fd) {
    std::string bytes(1 << 17, '\0');
    bytes.resize(
        static_cast<std::size_t>(std::max<ssize_t>(0, recv(fd.get(), bytes.data(), bytes.size(), 0))));
    return bytes;
  }

  std::string directory_, path_;
};

TEST_F(AuditSinks, TheJournalGetsAnEntryForEachRecord) {
  const Fd journal = bound(SOCK_DGRAM);
  JournaldSink(path_.c_str()).take(two_lines);
  const std::string first = datagram(journal), second = datagram(journal);
  EXPECT_NE(first.find("SYSLOG_IDENTIFIER=scsup-audit\n"), std::string::npos);
  EXPECT_NE(first.find("SCSUP_TYPE=call\n"), std::string::npos) << first;
  EXPECT_NE(first.find("SCSUP_ACT=deny\n"), std::string::npos) << first;
  EXPECT_NE(first.find("SCSUP_SEQ=7\n"), std::string::npos) << first;
  EXPECT_NE(first.find("\nMESSAGE={\"type\":\"call\""), std::string::npos) << first;
  EXPECT_EQ(std::ranges::count(first, '\n'), 6);
  EXPECT_NE(second.find("SCSUP_SEQ=8\n"), std::string::npos) << second;
}

TEST_F(AuditSinks, AJournalThatIsFullOrNotThereHoldsNobodyUp) {
  JournaldSink absent(path_.c_str());
  absent.take(two_lines);
  const Fd journal = bound(SOCK_DGRAM);
  JournaldSink sink(path_.c_str());
  for (int i = 0; i < 5000; ++i) sink.take(two_lines);  // without a reader
}

TEST_F(AuditSinks, TheHeadIsToldToSyslogOnceAndLaterWhenItHasChanged) {
  const Fd syslog = bound(SOCK_DGRAM);
  AuditSettings settings;
  settings.anchor = std::chrono::seconds(3600);
  Sinks sinks(settings, path_.c_str());
  sinks.set_head("");
  sinks.set_head("abcd");
  sinks.set_head("abcd");
  EXPECT_FALSE(sinks.head_is_due());
  sinks.set_head("ef01");  // too soon
  const auto due = sinks.head_is_due();
  ASSERT_TRUE(due);
  EXPECT_GT(*due, std::chrono::steady_clock::now());
  const std::string told = datagram(syslog);
  EXPECT_EQ(told.substr(0, 10), "<85>scsup[") << told;
  EXPECT_TRUE(told.ends_with("last seal is abcd")) << told;
  EXPECT_LT(recv(syslog.get(), nullptr, 0, MSG_DONTWAIT), 0);
  sinks.tell_head();
  EXPECT_TRUE(datagram(syslog).ends_with("last seal is ef01"));
  EXPECT_FALSE(sinks.head_is_due());
}

TEST_F(AuditSinks, ASocketGetsTheLinesAndASlowReaderTheCountOfWhatItMissed) {
  SocketSink sink(path_);
  sink.take(two_lines);  // nobody listens yet
  const Fd listener = bound(SOCK_STREAM);
  ASSERT_EQ(listen(listener.get(), 1), 0);
  SocketSink later(path_);
  const std::string line = std::string(1000, 'x') + "\n";
  later.take(line);
  const Fd reader(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  ASSERT_TRUE(reader);
  constexpr int sent = 4000;
  for (int i = 1; i < sent; ++i) later.take(line);  // four times what is kept
  std::string got;
  std::size_t lines = 0;
  const auto read_all = [&] {
    char bytes[1 << 16];
    for (ssize_t n; (n = recv(reader.get(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0;)
      got.append(bytes, static_cast<std::size_t>(n));
  };
  std::size_t missed = 0;
  for (int i = 0; i < 100 && missed == 0; ++i) {
    read_all();
    later.take(line);
    if (const std::size_t at = got.find("{\"type\":\"gap\",\"lost\":"); at != std::string::npos)
      missed = std::stoul(got.substr(at + 21));
  }
  read_all();
  lines = static_cast<std::size_t>(std::ranges::count(got, '\n'));
  EXPECT_GT(missed, 0u);
  EXPECT_TRUE(got.ends_with('\n'));
  EXPECT_GE(lines - 1 + missed, static_cast<std::size_t>(sent));
}

}  // namespace
}  // namespace scsup

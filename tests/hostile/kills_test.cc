// The supervisor is killed, again and again, at random instants under load. Every answered call is in the log, once,
// and the log's numbers have no gap.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string_view>
#include <unordered_map>

#include "tests/hostile/arena.h"

namespace scsup::hostile {
namespace {

namespace fs = std::filesystem;

constexpr const char* policy = R"({"supervise": {"rules": [
  {"id": "never", "syscalls": ["mkdir"], "action": "deny", "errno": "EXFULL"}], "default": {"action": "allow"}}})";

std::vector<pid_t> children(pid_t parent) {
  std::ifstream in("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children");
  std::vector<pid_t> all;
  for (pid_t pid; in >> pid;) all.push_back(pid);
  return all;
}

// The text after `key`, up to the end of the value.
std::string_view after(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == line.npos) return {};
  line.remove_prefix(at + key.size());
  return line.substr(0, line.find_first_of(R"(",}])"));
}

// The log's files in order, as text.
std::string whole_log(const std::string& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::string text;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    text.append(std::istreambuf_iterator<char>(in), {});
  }
  return text;
}

struct Setting {
  const char* name;
  const char* config;
  int kills;
  std::uint64_t most;      // calls that are answered before
  std::uint64_t like = 1;  // calls of each path
};

class Kills : public testing::TestWithParam<Setting> {
 protected:
  // Starts scsup with the load and kills its supervisor, and perhaps the front, after a while.
  void kill_once(int round, std::mt19937& random) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    Fd last_answer(ends[0]), other_end(ends[1]);
    Started front = arena_.start(
        {program("scsup"), "--policy", policy_, "--config", config_, "--audit",
         arena_.path("log/audit.jsonl"), "--quiet", "--", attack("count_answers"), counter(round),
         arena_.path("no/" + std::to_string(round) + "-"),
         std::to_string(std::uniform_int_distribution<std::uint64_t>(1, GetParam().most)(random)),
         std::to_string(GetParam().like)},
        [&] { dup2(other_end.get(), 1); });
    other_end.reset();
    char byte;
    ASSERT_EQ(read(last_answer.get(), &byte, 1), 1) << front.err();
    const auto supervisor = children(front.pid());
    ASSERT_EQ(supervisor.size(), 1u);
    pass_some_time(random);
    const bool front_too = random() % 2 == 0;
    if (front_too) kill(front.pid(), SIGKILL);
    kill(supervisor[0], SIGKILL);
    front.wait();
    // The load has ended when it no longer holds the pipe.
    while (read(last_answer.get(), &byte, 1) > 0) {
    }
  }
  std::string counter(int round) const { return arena_.path("counters/" + std::to_string(round)); }
  std::uint64_t answered(int round) const { return counted(counter(round)); }

  Arena arena_;
  std::string policy_, config_;
};

TEST_P(Kills, LoseNothingThatWasAnswered) {
  const char* const given = getenv("SCSUP_SEED");
  const auto seed = given ? static_cast<unsigned>(atoi(given)) : std::random_device{}();
  SCOPED_TRACE("SCSUP_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  policy_ = arena_.write("p.json", policy);
  config_ = arena_.write("c.json", GetParam().config);
  fs::create_directory(arena_.path("log"));
  fs::create_directory(arena_.path("counters"));
  const int kills = getenv("SCSUP_SANITIZED") ? GetParam().kills / 10 : GetParam().kills;
  for (int round = 0; round < kills && !HasFatalFailure(); ++round) kill_once(round, random);
  Started last = arena_.start({program("scsup"), "--policy", policy_, "--config", config_, "--audit",
                               arena_.path("log/audit.jsonl"), "--", "true"});
  ASSERT_EQ(last.wait(), 0) << last.err();

  std::uint64_t seq = 0, recorded = 0, merged = 0;
  std::unordered_map<std::string, std::uint64_t> seen;  // calls
  const std::string log = whole_log(arena_.path("log"));
  ASSERT_TRUE(log.ends_with('\n'));
  for (std::string_view left = log; !left.empty(); left.remove_prefix(left.find('\n') + 1)) {
    const std::string_view line = left.substr(0, left.find('\n'));
    // A hundred thousand lines: only the needed members are parsed. One line in a hundred is parsed as a whole.
    ASSERT_TRUE(line.starts_with(R"({"type":")") && line.ends_with('}')) << line;
    if (seq % 100 == 0) {
      ASSERT_TRUE(nlohmann::json::accept(line)) << line;
    }
    if (line.starts_with(R"({"type":"seal")")) continue;
    ASSERT_EQ(after(line, R"("seq":)"), std::to_string(++seq)) << line;
    if (!line.starts_with(R"({"type":"call")") || line.find(R"("errno":"EXFULL")") == line.npos) continue;
    const std::string_view count = after(line, R"(,"count":)");
    const std::uint64_t calls = count.empty() ? 1 : std::stoull(std::string(count));
    recorded += calls;
    merged += !count.empty();
    const std::string path(after(line, R"("path":")"));
    EXPECT_LE(seen[path] += calls, GetParam().like) << "twice: " << path;
  }
  const std::uint64_t like = GetParam().like;
  if (like > 1) {
    EXPECT_GT(merged, 0u);
  }
  std::uint64_t in_all = 0, missing = 0;
  for (int round = 0; round < kills; ++round) {
    const std::uint64_t count = answered(round);
    in_all += count;
    for (std::uint64_t i = 0; i * like < count; ++i) {
      const std::uint64_t answered_here = std::min(count - i * like, like);
      const std::uint64_t seen_here =
          seen[arena_.path("no/" + std::to_string(round) + "-" + std::to_string(i))];
      missing += answered_here - std::min(answered_here, seen_here);
      // The last one may have been recorded, and killed before the answer.
      if ((i + 1) * like < count) {
        EXPECT_EQ(seen_here, like) << round << "-" << i;
      }
    }
  }
  EXPECT_EQ(missing, 0u);
  EXPECT_GT(in_all, static_cast<std::uint64_t>(kills));
  EXPECT_LE(recorded, in_all + static_cast<std::uint64_t>(kills));  // recorded, and killed before the answer
  printf("%d kills, %llu calls answered, %llu recorded, %llu missing\n", kills, (unsigned long long)in_all,
         (unsigned long long)recorded, (unsigned long long)missing);
  // Nothing is left beside the log.
  for (const auto& entry : fs::directory_iterator(arena_.path("log")))
    EXPECT_TRUE(entry.path().extension() == ".jsonl" || entry.path().extension() == ".torn") << entry.path();
}

INSTANTIATE_TEST_SUITE_P(
    Of, Kills,
    testing::Values(Setting{"OneFile", R"({"audit": {}})", 500, 500},
                    Setting{"SealedSegments", R"({"audit": {"seal": true, "segment": {"size": "64K"}}})", 400,
                            500},
                    Setting{"Sync", R"({"audit": {"durability": "sync"}})", 100, 40},
                    Setting{"Counting", R"({"audit": {"same": "count", "seal": false}})", 100, 3000, 50},
                    Setting{"CountingSealed", R"({"audit": {"same": "count", "segment": {"size": "64K"}}})",
                            50, 3000, 50}),
    [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace scsup::hostile

#include "supervisor/service/directory_watch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

namespace scsup {
namespace {

namespace fs = std::filesystem;

// A watch on a real loop, and what it has reported.
class Watch : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/scsup-watch-XXXXXX";
    work_ = ::mkdtemp(name);
    fs::create_directory(work_ + "/policies");
    auto made = DirectoryWatch::create([this](const DirectoryWatch::Changes& changes) { tell(changes); });
    ASSERT_TRUE(made) << made.error().text();
    watch_ = *made;
  }
  void TearDown() override {
    if (runner_.joinable()) {
      loop_.stop();
      runner_.join();
    }
    fs::remove_all(work_);
  }
  void watch_policies() { ASSERT_TRUE(watch_->watch_directory(work_ + "/policies", ".json")); }
  void start() {
    loop_.add(watch_);
    runner_ = std::thread([this] { EXPECT_TRUE(loop_.run()); });
  }
  void tell(const DirectoryWatch::Changes& changes) {
    const std::lock_guard lock(mutex_);
    for (const std::string& file : changes.files)
      told_.insert(fs::path(file).lexically_relative(work_).string());
    if (changes.everything) told_.insert("everything");
    changed_.notify_all();
  }
  // Everything that was reported up to `last`, which is then forgotten.
  std::set<std::string> until(const std::string& last) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return told_.count(last) > 0; }))
      ADD_FAILURE() << last << " was never told";
    return std::exchange(told_, {});
  }
  // The events come in order: when this file is reported, everything before has been.
  std::set<std::string> told() {
    write("policies/last.json");
    auto all = until("policies/last.json");
    all.erase("policies/last.json");
    return all;
  }
  // Everything has to be checked, perhaps reported twice; files written before the watch is in place again are not
  // reported by themselves. Writes until one is. Returns everything that was reported.
  std::set<std::string> until_it_watches_again() {
    std::set<std::string> all = until("everything");
    while (all.count("policies/last.json") == 0) {
      write("policies/last.json");
      std::unique_lock lock(mutex_);
      if (!changed_.wait_for(lock, std::chrono::seconds(10), [&] { return !told_.empty(); })) {
        ADD_FAILURE() << "it watches no more";
        break;
      }
      all.merge(std::exchange(told_, {}));
    }
    all.erase("policies/last.json");
    return all;
  }
  void write(const std::string& name, const std::string& text = "{}") {
    std::ofstream(work_ + "/" + name) << text;
  }
  void rename(const std::string& from, const std::string& to) {
    fs::rename(work_ + "/" + from, work_ + "/" + to);
  }

  using Told = std::set<std::string>;
  std::string work_;
  std::shared_ptr<DirectoryWatch> watch_;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Told told_;
  Loop loop_{[] {}};
  std::thread runner_;
};

TEST_F(Watch, TellsWhatWasWrittenRenamedAndRemoved) {
  watch_policies();
  start();
  write("policies/written.json");
  EXPECT_EQ(told(), Told{"policies/written.json"});
  write("policies/new.tmp");
  rename("policies/new.tmp", "policies/renamed.json");
  EXPECT_EQ(told(), Told{"policies/renamed.json"});
  fs::remove(work_ + "/policies/written.json");
  EXPECT_EQ(told(), Told{"policies/written.json"});
  rename("policies/renamed.json", "away.json");
  EXPECT_EQ(told(), Told{"policies/renamed.json"});
}

TEST_F(Watch, AHalfWrittenFileIsNotTold) {
  watch_policies();
  start();
  const Fd file(::open((work_ + "/policies/half.json").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(::write(file.get(), "{", 1), 1);
  EXPECT_EQ(told(), Told{});
}

TEST_F(Watch, WhatIsNoPolicyIsNotTold) {
  watch_policies();
  start();
  write("policies/x.json~");
  write("policies/.x.json.swp");
  write("policies/.x.json");
  fs::create_symlink("nowhere", work_ + "/policies/.#x.json");
  write("beside.json");
  std::ifstream(work_ + "/policies/.x.json").get();
  EXPECT_EQ(told(), Told{});
}

TEST_F(Watch, ALinkIsCompleteWhenItIsMade) {
  watch_policies();
  write("elsewhere.json");
  start();
  fs::create_symlink("../elsewhere.json", work_ + "/policies/link.json");
  EXPECT_EQ(told(), Told{"policies/link.json"});
}

TEST_F(Watch, FilesBehindACommonLinkChangeAllAtOnceWithIt) {
  fs::create_directory(work_ + "/policies/..v1");
  fs::create_directory_symlink("..v1", work_ + "/policies/..data");
  watch_policies();
  start();
  fs::create_directory(work_ + "/policies/..v2");
  fs::create_directory_symlink("..v2", work_ + "/policies/..data_tmp");
  (void)until_it_watches_again();  // that link may be a common one too
  rename("policies/..data_tmp", "policies/..data");
  EXPECT_EQ(until_it_watches_again(), Told{"everything"});
}

TEST_F(Watch, ADirectoryThatIsReplacedIsWatchedInItsNewForm) {
  watch_policies();
  start();
  fs::create_directory(work_ + "/next");
  rename("policies", "old");
  (void)until("everything");
  write("old/x.json");  // not watched any more
  rename("next", "policies");
  EXPECT_EQ(until_it_watches_again(), Told{"everything"});
  write("policies/y.json");
  EXPECT_EQ(told(), Told{"policies/y.json"});
}

TEST_F(Watch, ADirectoryThatIsRemovedAndMadeAgainIsWatchedAgain) {
  watch_policies();
  start();
  fs::remove_all(work_ + "/policies");
  (void)until("everything");
  fs::create_directory(work_ + "/policies");
  EXPECT_EQ(until_it_watches_again(), Told{"everything"});
}

TEST_F(Watch, ALinkAsTheDirectoryMayBeTurnedToAnother) {
  fs::create_directory(work_ + "/v1");
  fs::create_directory(work_ + "/v2");
  fs::create_directory_symlink("v1", work_ + "/current");
  ASSERT_TRUE(watch_->watch_directory(work_ + "/current", ".json"));
  start();
  fs::create_directory_symlink("v2", work_ + "/turned");
  rename("turned", "current");
  EXPECT_EQ(until("everything"), Told{"everything"});
  write("v2/x.json");
  EXPECT_EQ(until("current/x.json"), Told{"current/x.json"});
}

TEST_F(Watch, ASingleFileIsToldAndItsNeighboursAreNot) {
  write("one.policy");
  ASSERT_TRUE(watch_->watch_file(work_ + "/one.policy"));
  watch_policies();
  start();
  write("two.policy");
  EXPECT_EQ(told(), Told{});
  write("new");
  rename("new", "one.policy");  // as editors do
  EXPECT_EQ(told(), Told{"one.policy"});
}

TEST_F(Watch, AFileAndItsDirectoryMayBothBeWatched) {
  ASSERT_TRUE(watch_->watch_file(work_ + "/policies/odd"));
  watch_policies();
  start();
  write("policies/odd");
  write("policies/even.json");
  EXPECT_EQ(told(), (Told{"policies/odd", "policies/even.json"}));
}

TEST_F(Watch, WhenEventsWereLostEverythingIsToBeLookedAt) {
  int most = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> most;
  if (most <= 0 || most > 1000000) GTEST_SKIP() << "needs a bound on fs.inotify.max_queued_events";
  watch_policies();
  for (int i = 0; i <= most; ++i)
    write(i % 2 ? "policies/a.json" : "policies/b.json", "");  // equal neighbours merge
  start();
  EXPECT_EQ(until("everything").count("everything"), 1u);
  EXPECT_EQ(told(), Told{});  // and the watch goes on
}

TEST_F(Watch, WhatIsNoDirectoryIsAnErrorThatNamesIt) {
  const auto none = watch_->watch_directory(work_ + "/none", ".json");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().text(),
            "cannot watch the directory '" + work_ + "/none': No such file or directory");
  write("file");
  EXPECT_EQ(watch_->watch_directory(work_ + "/file", ".json").error().err, ENOTDIR);
}

}  // namespace
}  // namespace scsup

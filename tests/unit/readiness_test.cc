#include "supervisor/loop/readiness.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>

#include "supervisor/loop/epoll.h"
#include "supervisor/loop/uring.h"

namespace scsup {
namespace {

// The engines may differ only in their names.
class BothEngines : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::string_view(GetParam()) == "epoll") {
      if (auto epoll = Epoll::create()) engine_ = std::move(*epoll);
    } else if (auto uring = Uring::create()) {
      engine_ = std::move(*uring);
    } else {
      GTEST_SKIP() << "io_uring is refused here: " << uring.error().text();
    }
    ASSERT_TRUE(engine_);
    EXPECT_EQ(engine_->name(), GetParam());
  }
  // The tags of one wait, with poll(2)'s bits.
  std::vector<std::pair<void*, std::uint32_t>> wait() {
    std::array<Readiness::Event, 8> room;
    std::vector<std::pair<void*, std::uint32_t>> seen;
    const auto events = engine_->wait(room);
    if (!events) return seen;
    for (const auto& event : *events) seen.emplace_back(event.tag, event.ready);
    return seen;
  }
  static void add_to(const Fd& counter) { eventfd_write(counter.get(), 1); }

  std::unique_ptr<Readiness> engine_;
  int a_ = 0, b_ = 0;  // their addresses are tags
};

TEST_P(BothEngines, SayOnceThatADescriptorIsReadable) {
  const Fd first(eventfd(0, EFD_CLOEXEC)), second(eventfd(0, EFD_CLOEXEC));
  engine_->arm(first.get(), &a_);
  add_to(first);
  ASSERT_EQ(wait(), (std::vector<std::pair<void*, std::uint32_t>>{{&a_, POLLIN}}));
  // It is still readable, but is not reported again unless it is armed.
  engine_->arm(second.get(), &b_);
  add_to(second);
  EXPECT_EQ(wait(), (std::vector<std::pair<void*, std::uint32_t>>{{&b_, POLLIN}}));
}

TEST_P(BothEngines, SayItAgainToWhoArmsAgain) {
  const Fd counter(eventfd(0, EFD_CLOEXEC));
  add_to(counter);
  for (int i = 0; i < 3; ++i) {
    engine_->arm(counter.get(), &a_);
    EXPECT_EQ(wait(), (std::vector<std::pair<void*, std::uint32_t>>{{&a_, POLLIN}}));
  }
}

TEST_P(BothEngines, TellThatTheOtherEndHasGone) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const Fd reading(ends[0]);
  engine_->arm(reading.get(), &a_);
  close(ends[1]);
  EXPECT_EQ(wait(), (std::vector<std::pair<void*, std::uint32_t>>{{&a_, POLLHUP}}));
}

TEST_P(BothEngines, ANumberThatBelongsToAnotherDescriptorByNowIsArmedAnew) {
  Fd counter(eventfd(0, EFD_CLOEXEC));
  const int number = counter.get();
  engine_->arm(number, &a_);
  add_to(counter);
  wait();
  counter.reset();
  counter.reset(eventfd(1, EFD_CLOEXEC));
  ASSERT_EQ(counter.get(), number);
  engine_->arm(number, &b_);
  EXPECT_EQ(wait(), (std::vector<std::pair<void*, std::uint32_t>>{{&b_, POLLIN}}));
}

TEST_P(BothEngines, ADescriptorThatCannotBeWaitedForIsAnError) {
  engine_->arm(-1, &a_);
  const auto events = wait();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events.front().first, &a_);
  EXPECT_NE(events.front().second & POLLERR, 0u);
}

INSTANTIATE_TEST_SUITE_P(Readiness, BothEngines, ::testing::Values("io_uring", "epoll"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace scsup

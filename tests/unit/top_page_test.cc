// What the commands that ask a supervisor show: units, columns, rates, keys and the page of top.
#include "supervisor/client/top_page.h"

#include <gtest/gtest.h>

#include "cli/table.h"
#include "cli/units.h"
#include "supervisor/client/keys.h"
#include "supervisor/client/rates.h"
#include "tests/unit/control_sample.h"

namespace scsup {
namespace {

TEST(Units, AreShortAndKeepTheirSize) {
  EXPECT_EQ(human_count(0), "0");
  EXPECT_EQ(human_count(9999), "9999");
  EXPECT_EQ(human_count(12'345), "12.3k");
  EXPECT_EQ(human_count(999'949), "1.0M");
  EXPECT_EQ(human_count(123'456), "123k");
  EXPECT_EQ(human_count(45'600'000'000), "46G");
  EXPECT_EQ(human_duration(0), "-");
  EXPECT_EQ(human_duration(850), "850ns");
  EXPECT_EQ(human_duration(1'400), "1.4us");
  EXPECT_EQ(human_duration(14'200), "14us");
  EXPECT_EQ(human_duration(999'990), "1.0ms");
  EXPECT_EQ(human_duration(212'000), "212us");
  EXPECT_EQ(human_duration(12'000'000'000), "12s");
  EXPECT_EQ(human_rate(0), "0");
  EXPECT_EQ(human_rate(0.001), "<0.1");
  EXPECT_EQ(human_rate(0.42), "0.4");
  EXPECT_EQ(human_rate(9.97), "10");
  EXPECT_EQ(human_rate(12'345.6), "12.3k");
  EXPECT_EQ(human_age(59), "59s");
  EXPECT_EQ(human_age(700), "11min");
  EXPECT_EQ(human_age(3 * 3600 + 20 * 60), "3h20");
  for (std::uint64_t count = 1; count < std::uint64_t{1} << 62; count *= 3) {
    EXPECT_LE(human_count(count).size(), 5u) << count;
    EXPECT_TRUE(count > 1'000'000'000'000 || human_duration(count).size() <= 5u) << count;
  }
}

TEST(Columns, AreAlignedByWhatATerminalShows) {
  Table table({{"N"}, {"NAME", Column::Align::left, Column::Width::shrinks}, {"P99"}});
  table.add({"1", "\u00e4\u00f6", "14us"});
  table.add({"10", "\u6f22\u5b57", "-"});
  EXPECT_EQ(table.lines(),
            (std::vector<std::string>{" N NAME  P99", " 1 \u00e4\u00f6   14us", "10 \u6f22\u5b57    -"}));
}

TEST(Columns, GiveWayWhereTheyMay) {
  Table table({{"N"}, {"NAME", Column::Align::left, Column::Width::shrinks}, {"P99"}});
  table.add({"1", "a-very-long-name", "14us"});
  EXPECT_EQ(table.lines(16)[1], "1 a-very-l+ 14us");
  EXPECT_EQ(table.lines(13)[1], "1 a-ver+ 14us");
  for (const std::string& line : table.lines(8)) EXPECT_LE(columns_of(line), 8u);
  EXPECT_EQ(cut("\u6f22\u5b57", 3), "\u6f22+");
}

std::vector<Key> typed(const std::string& bytes) { return Keys().typed(bytes); }

TEST(Keys, ArrowsAndPagesAreKnownInBothSpellings) {
  using enum Key::Kind;
  EXPECT_EQ(typed("q\x1b[A\x1bOB\x1b[C\x1b[D\x1b[5~\x1b[6~\x1b[H\x1b[4~\r\x7f"),
            (std::vector<Key>{{character, 'q'},
                              {up},
                              {down},
                              {right},
                              {left},
                              {page_up},
                              {page_down},
                              {home},
                              {end},
                              {enter},
                              {backspace}}));
  EXPECT_EQ(typed("\x1b"), std::vector<Key>{{escape}});
  EXPECT_EQ(typed("\x1b[1;5A\x1b[99z\x01x"), (std::vector<Key>{{up}, {character, 'x'}}));
}

TEST(Keys, ASequenceMayComeInParts) {
  Keys keys;
  EXPECT_EQ(keys.typed("\x1b["), std::vector<Key>{});
  EXPECT_EQ(keys.typed("5"), std::vector<Key>{});
  EXPECT_EQ(keys.typed("~q"), (std::vector<Key>{{Key::Kind::page_up}, {Key::Kind::character, 'q'}}));
  keys.typed("\x1b[" + std::string(50, '1'));  // not a sequence: not kept for ever
  EXPECT_EQ(keys.typed("q"), (std::vector<Key>{{Key::Kind::character, 'q'}}));
}

Moment moment(std::int64_t seconds, std::uint64_t more_allowed, std::uint64_t more_denied) {
  Moment moment;
  moment.mono_us = seconds * 1'000'000;
  moment.now_us = 1'700'000'000'000'000 + seconds * 1'000'000;
  moment.sessions = {control::sample_session(1), control::sample_container(2)};
  moment.sessions[0].generations[0].counts.allowed += more_allowed;
  moment.sessions[1].generations[1].counts.denied += more_denied;
  moment.rules = {{1, {{"rule a", "mkdir", 100 + more_allowed, 0, 0}}},
                  {2, {{"rule b", "chmod\x1b[0m", 5 + more_denied, 5 + more_denied, 2'000'000}}}};
  return moment;
}

TEST(Rates, AreDifferencesByTheSupervisorsClock) {
  const Moment before = moment(100, 0, 0), now = moment(102, 500, 8);
  const Rates rates = rates_between(&before, now);
  EXPECT_EQ(rates.seconds, 2);
  EXPECT_EQ(rates.sessions[0].calls_s, 250);
  EXPECT_EQ(rates.sessions[1].calls_s, 4);
  EXPECT_EQ(rates.sessions[1].denied_s, 4);
  EXPECT_EQ(rates.rules[0].calls_s, 250);
  EXPECT_EQ(rates.rules[1].denied_s, 4);
  EXPECT_EQ(rates.rules[1].syscall, "chmod\\033[0m");
}

TEST(Rates, AreAveragesSinceTheSessionsBeganWhenThereIsNoMomentBefore) {
  const Rates rates = rates_between(nullptr, moment(100, 0, 0));
  EXPECT_EQ(rates.seconds, 0);
  EXPECT_NEAR(rates.sessions[0].calls_s, (12345 + 17 + 204 + 9) / 100.0, 0.01);
}

TEST(Rates, OfASessionThatIsNewCountFromItsBeginning) {
  Moment before = moment(100, 0, 0);
  before.sessions.pop_back();
  before.rules.pop_back();
  const Moment now = moment(101, 0, 0);
  EXPECT_EQ(rates_between(&before, now).sessions[1].calls_s, 1204 + 300 + 981 + 2 + 1);
  Moment restarted = moment(102, 0, 0);
  restarted.sessions[0].generations[0].counts = {10, 0, 0, 0};
  EXPECT_EQ(rates_between(&now, restarted).sessions[0].calls_s, 10);
}

std::vector<std::uint32_t> order(SortBy by, bool reversed = false) {
  Rates rates;
  for (std::uint32_t number : {3u, 1u, 2u}) {
    SessionRate one;
    one.number = number;
    one.calls_s = number == 2 ? 50 : 5;
    one.denied_s = number == 1 ? 1 : 0;
    one.p99_ns = number * 10;
    one.calls = 100 - number;
    rates.sessions.push_back(one);
  }
  sort(rates, by, reversed);
  std::vector<std::uint32_t> numbers;
  for (const SessionRate& one : rates.sessions) numbers.push_back(one.number);
  return numbers;
}

TEST(Rates, AreSortedAsAsked) {
  using Numbers = std::vector<std::uint32_t>;
  EXPECT_EQ(order(SortBy::calls), (Numbers{2, 1, 3}));
  EXPECT_EQ(order(SortBy::denied), (Numbers{1, 2, 3}));
  EXPECT_EQ(order(SortBy::latency), (Numbers{3, 2, 1}));
  EXPECT_EQ(order(SortBy::total), (Numbers{1, 2, 3}));
  EXPECT_EQ(order(SortBy::number), (Numbers{1, 2, 3}));
  EXPECT_EQ(order(SortBy::number, true), (Numbers{3, 2, 1}));
}

Rates many(int sessions, int rules) {
  Rates rates;
  rates.seconds = 1;
  for (int i = 0; i < sessions; ++i) {
    SessionRate one;
    one.number = static_cast<std::uint32_t>(i + 1);
    one.title = "session-with-a-name-" + std::to_string(i);
    one.policy = "policy-with-a-name";
    one.calls_s = 1e9;
    one.p99_ns = 999'000;
    rates.sessions.push_back(one);
  }
  for (int i = 0; i < rules; ++i) {
    RuleRate one;
    one.session = 1;
    one.rule =
        "rule number-" + std::to_string(i) + " at /a/very/long/path/to/some/policies/policy.json:100:10";
    one.syscall = "mkdirat";
    rates.rules.push_back(one);
  }
  return rates;
}

TEST(Page, FitsEveryTerminal) {
  for (const std::size_t rows : {1u, 3u, 5u, 8u, 24u, 60u}) {
    for (const std::size_t columns : {1u, 20u, 80u, 200u}) {
      for (const bool help : {false, true}) {
        View view;
        view.style = Style::plain;
        view.help = help;
        const auto page = top_page(many(50, 50), view, "08:31:11", rows, columns);
        EXPECT_LE(page.size(), rows);
        for (const std::string& line : page) EXPECT_LE(columns_of(line), columns) << line;
      }
    }
  }
}

TEST(Page, SharesItsRowsBetweenSessionsAndRules) {
  View view;
  view.style = Style::plain;
  const auto count = [&](int sessions, int rules) {
    std::pair<int, int> shown;
    for (const std::string& line : top_page(many(sessions, rules), view, "08:31:11", 24, 80)) {
      shown.first += line.ends_with(" 999us     0");
      shown.second += line.find("mkdirat   rule") != std::string::npos;
    }
    return shown;
  };
  EXPECT_EQ(count(50, 50), std::pair(9, 9));
  EXPECT_EQ(count(3, 50), std::pair(3, 15));
  EXPECT_EQ(count(50, 3), std::pair(15, 3));
}

TEST(Page, ScrollsToTheLastSessionAndNoFurther) {
  View view;
  view.style = Style::plain;
  view.scroll = 1000;
  const auto page = top_page(many(50, 0), view, "08:31:11", 24, 80);
  EXPECT_EQ(view.scroll, 50u - 18u);
  EXPECT_TRUE(page[21].starts_with("     50 ")) << page[21];
}

TEST(Page, IsPaintedOnlyAsAllowed) {
  Rates rates = many(2, 0);
  rates.sessions[0].denied_s = 1;
  View view;
  const auto has = [&](const char* text) {
    std::string all;
    for (const std::string& line : top_page(rates, view, "08:31:11", 24, 80)) all += line;
    return all.find(text) != std::string::npos;
  };
  EXPECT_TRUE(has("\x1b[31m") && has("\x1b[7m"));
  view.style = Style::monochrome;
  EXPECT_TRUE(!has("\x1b[31m") && has("\x1b[7m"));
  view.style = Style::plain;
  EXPECT_FALSE(has("\x1b"));
}

}  // namespace
}  // namespace scsup

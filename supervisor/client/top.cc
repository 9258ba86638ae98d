// scsup top: what happens now. Asks the supervisor for its counts at intervals; as long as no top runs, that costs
// the supervisor nothing.
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "cli/table.h"
#include "cli/units.h"
#include "supervisor/client/asking.h"
#include "supervisor/client/keys.h"
#include "supervisor/client/screen.h"
#include "supervisor/client/top_page.h"

namespace scsup {

namespace {

using Clock = std::chrono::steady_clock;

const std::vector<Option> options = {
    {"once", nullptr, "print one page with averages since each session attached, and exit"}, control_option};
constexpr const char* top_usage =
    "Usage: scsup top [--once] [--control PATH]\n"
    "\n"
    "Shows what supervised programs do now: calls and denials a second, the slowest, for each session and\n"
    "for each rule. The keys are those of top(1): q quits, h lists the others.\n";

constexpr double shortest_delay = 0.1, longest_delay = 3600;

class Top {
 public:
  Top(Asking& asking, Screen screen) : asking_(asking), screen_(std::move(screen)) {
    const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org
    view_.style = no_color && *no_color ? Style::monochrome : Style::colored;
  }
  // Until a key or a signal ends it.
  void run();

 private:
  void ask();
  void hear();
  void press(const Key& key);
  bool press_in_prompt(const Key& key);
  void move_sort(int by);
  void scroll(long rows);
  void obey_signal();
  void show();

  Asking& asking_;
  Screen screen_;
  View view_;
  Keys keys_;
  Rates rates_;
  std::optional<Moment> before_;
  bool waiting_ = false, over_ = false;
  std::optional<std::string> prompt_;  // what has been typed as the new delay
  Clock::time_point next_ = Clock::now();
};

void Top::ask() {
  if (waiting_) return;
  if (auto sent = asking_.client().send("Top"); !sent) asking_.fail(sent.error());
  waiting_ = true;
  next_ = Clock::now() + std::chrono::microseconds(static_cast<long>(view_.delay * 1e6));
}

void Top::hear() {
  auto reply = asking_.client().receive();
  if (!reply) asking_.fail(reply.error());
  if (!*reply) return;
  waiting_ = false;
  Moment now = moment_of(asking_.parameters_of(**reply));
  rates_ = rates_between(before_ ? &*before_ : nullptr, now);
  before_ = std::move(now);
  show();
}

void Top::show() {
  sort(rates_, view_.sort, view_.reversed);
  if (prompt_)
    view_.message = "Seconds between two looks (now " + short_number(view_.delay) + "): " + *prompt_;
  const Screen::Size size = screen_.size();
  const std::string time = human_time(std::time(nullptr)).substr(11);
  if (!screen_.show(top_page(rates_, view_, time, size.rows, size.columns))) over_ = true;
}

bool Top::press_in_prompt(const Key& key) {
  if (!prompt_) return false;
  using Kind = Key::Kind;
  if (key.kind == Kind::character && prompt_->size() < 8) *prompt_ += key.character;
  if (key.kind == Kind::backspace && !prompt_->empty()) prompt_->pop_back();
  if (key.kind != Kind::enter && key.kind != Kind::escape) return true;
  const std::string typed = *prompt_;
  prompt_.reset();
  view_.message.clear();
  if (key.kind == Kind::escape || typed.empty()) return true;
  char* end = nullptr;
  const double delay = std::strtod(typed.c_str(), &end);
  if (*end || !(delay >= shortest_delay && delay <= longest_delay)) {
    view_.message = "'" + typed + "' is no number from 0.1 to 3600";
    return true;
  }
  view_.delay = delay;
  ask();
  return true;
}

void Top::move_sort(int by) {
  constexpr int count = static_cast<int>(SortBy::number) + 1;
  view_.sort = static_cast<SortBy>((static_cast<int>(view_.sort) + by + count) % count);
}

void Top::scroll(long rows) {
  const long to = static_cast<long>(view_.scroll) + rows;
  view_.scroll = to < 0 ? 0 : static_cast<std::size_t>(to);  // top_page() corrects a too large value
}

void Top::press(const Key& key) {
  using Kind = Key::Kind;
  if (press_in_prompt(key)) return;
  view_.message.clear();
  if (std::exchange(view_.help, false) && key.character != 'q') return;
  constexpr long page = 10;
  switch (key.kind) {
    case Kind::up:
      return scroll(-1);
    case Kind::down:
      return scroll(1);
    case Kind::page_up:
      return scroll(-page);
    case Kind::page_down:
      return scroll(page);
    case Kind::home:
      view_.scroll = 0;
      return;
    case Kind::end:
      view_.scroll = rates_.sessions.size();
      return;
    case Kind::left:
      return move_sort(-1);
    case Kind::right:
      return move_sort(1);
    case Kind::enter:
      return ask();
    case Kind::escape:
    case Kind::backspace:
      return;
    case Kind::character:
      break;
  }
  switch (key.character) {
    case 'q':
      over_ = true;
      return;
    case ' ':
      return ask();
    case 'h':
    case '?':
      view_.help = true;
      return;
    case 's':
    case 'd':
      prompt_ = "";
      return;
    case 'P':
      view_.sort = SortBy::calls;
      return;
    case 'D':
      view_.sort = SortBy::denied;
      return;
    case 'L':
      view_.sort = SortBy::latency;
      return;
    case 'T':
      view_.sort = SortBy::total;
      return;
    case 'N':
      view_.sort = SortBy::number;
      return;
    case 'R':
      view_.reversed = !view_.reversed;
      return;
    case '<':
      return move_sort(-1);
    case '>':
      return move_sort(1);
    default:
      view_.message = "'" + std::string(1, key.character) + "' does nothing; h for help";
  }
}

void Top::obey_signal() {
  signalfd_siginfo come{};
  if (read(screen_.signals(), &come, sizeof come) != sizeof come) return;
  const int signal = static_cast<int>(come.ssi_signo);
  if (signal == SIGWINCH) return show();
  if (signal != SIGCONT) screen_.suffer(signal);  // ends here, except for SIGTSTP
  screen_.enter();
  show();
}

void Top::run() {
  ask();
  while (!over_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_ - Clock::now()).count();
    // The supervisor may be slow or stopped: keys still work.
    const int patience = waiting_ ? -1 : static_cast<int>(std::clamp<long>(left, 0, 3'600'000));
    std::array<pollfd, 3> ready{
        {{screen_.signals(), POLLIN, 0}, {screen_.input(), POLLIN, 0}, {asking_.client().fd(), POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), patience) < 0 && errno != EINTR)
      throw std::runtime_error("cannot wait for keys: " + std::string(std::strerror(errno)));
    if (ready[0].revents) obey_signal();
    if (ready[1].revents) {
      std::array<char, 256> bytes;
      const ssize_t got = read(screen_.input(), bytes.data(), bytes.size());
      if (got <= 0) return;  // the terminal has gone
      for (const Key& key : keys_.typed({bytes.data(), static_cast<std::size_t>(got)})) press(key);
      if (!over_) show();
    }
    if (ready[2].revents) hear();
    if (Clock::now() >= next_) ask();
  }
}

void print_once(Asking& asking) {
  const Moment now = moment_of(asking.ask("Top"));
  Rates rates = rates_between(nullptr, now);
  View view;
  view.style = Style::plain;
  sort(rates, view.sort, false);
  print_lines(
      top_page(rates, view, human_time(now.now_us / 1'000'000).substr(11), unlimited_rows, output_width()));
}

}  // namespace

int command_top(const Arguments& arguments) {
  try {
    Asking asking(top_usage, arguments, options);
    if (asking.helped()) return 0;
    expect_no_words(asking.words(), 0);
    if (asking.has("once")) {
      print_once(asking);
      return 0;
    }
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
      throw std::runtime_error("standard input and output of top are a terminal; elsewhere use --once");
    asking.client();  // its errors belong on the ordinary page
    auto screen = Screen::open();
    if (!screen) throw std::runtime_error(screen.error().text());
    Top(asking, std::move(*screen)).run();
    return 0;
  } catch (const UsageError& error) {
    return complain_of_usage("top", error);
  }
}

}  // namespace scsup

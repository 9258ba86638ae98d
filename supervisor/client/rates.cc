#include "supervisor/client/rates.h"

#include <algorithm>
#include <map>

#include "base/printable.h"
#include "supervisor/client/asking.h"
#include "supervisor/control/wire.h"

namespace scsup {

namespace {

struct Sum {
  std::uint64_t calls = 0, denied = 0, emulated = 0;
};

Sum sum_of(const control::SessionState& session) {
  Sum sum;
  for (const control::Generation& generation : session.generations) {
    const control::Counts& counts = generation.counts;
    sum.calls += counts.allowed + counts.denied + counts.emulated + counts.watched;
    sum.denied += counts.denied;
    sum.emulated += counts.emulated;
  }
  return sum;
}

// Counts only grow; a smaller one belongs to a new session or rule with the same name.
double per_second(std::uint64_t before, std::uint64_t now, double seconds) {
  if (seconds <= 0) return 0;
  return static_cast<double>(now >= before ? now - before : now) / seconds;
}

const control::SessionState* find(const Moment* moment, std::uint32_t number) {
  if (!moment) return nullptr;
  const auto it =
      std::find_if(moment->sessions.begin(), moment->sessions.end(),
                   [&](const control::SessionState& session) { return session.number == number; });
  return it == moment->sessions.end() ? nullptr : &*it;
}

double age_of(const control::SessionState& session, const Moment& now) {
  return std::max(0.001, static_cast<double>(now.now_us - session.since_unix_ns / 1000) / 1e6);
}

SessionRate rate_of(const control::SessionState& session, const control::SessionState* before,
                    double seconds) {
  const Sum now = sum_of(session), then = before ? sum_of(*before) : Sum{};
  SessionRate rate;
  rate.number = session.number;
  rate.title = title_of(session);
  rate.policy = printable(session.generations.back().policy);
  rate.generation = session.generations.back().number;
  rate.calls = now.calls;
  rate.pending = session.pending;
  rate.p50_ns = session.p50_ns;
  rate.p99_ns = session.p99_ns;
  rate.calls_s = per_second(then.calls, now.calls, seconds);
  rate.denied_s = per_second(then.denied, now.denied, seconds);
  rate.emulated_s = per_second(then.emulated, now.emulated, seconds);
  return rate;
}

// Largest first, ties by number.
template <class Row, class Key>
void order(std::vector<Row>& rows, bool reversed, Key key) {
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Row& a, const Row& b) { return reversed ? key(a) < key(b) : key(a) > key(b); });
}

}  // namespace

Moment moment_of(const control::Json& reply) {
  Moment moment;
  moment.mono_us = static_cast<std::int64_t>(number_in(reply, "mono_us"));
  moment.now_us = static_cast<std::int64_t>(number_in(reply, "now_us"));
  moment.sessions = control::list_from_wire<control::SessionState>(reply, "sessions");
  if (const auto all = reply.find("rules"); all != reply.end() && all->is_array())
    for (const control::Json& one : *all)
      if (one.is_object())
        moment.rules.push_back({static_cast<std::uint32_t>(number_in(one, "session")),
                                control::list_from_wire<control::Rate>(one, "rules")});
  return moment;
}

Rates rates_between(const Moment* before, const Moment& now) {
  Rates rates;
  if (before) rates.seconds = static_cast<double>(now.mono_us - before->mono_us) / 1e6;
  std::map<std::uint32_t, double> seconds_of;
  for (const control::SessionState& session : now.sessions) {
    const control::SessionState* then = find(before, session.number);
    const double age = age_of(session, now);
    const double seconds = !before ? age : then ? rates.seconds : std::min(age, rates.seconds);
    seconds_of[session.number] = seconds;
    rates.sessions.push_back(rate_of(session, then, seconds));
  }
  std::map<std::pair<std::uint32_t, std::string>, const control::Rate*> then;
  if (before)
    for (const Moment::Rules& session : before->rules)
      for (const control::Rate& rule : session.rules) then[{session.session, rule.rule}] = &rule;
  for (const Moment::Rules& session : now.rules) {
    for (const control::Rate& rule : session.rules) {
      const auto earlier = then.find({session.session, rule.rule});
      const control::Rate* old = earlier == then.end() ? nullptr : earlier->second;
      const double seconds = seconds_of[session.session];
      rates.rules.push_back({session.session, rule_words(rule.rule), printable(rule.syscall), rule.calls,
                             rule.denied, rule.slowest_ns,
                             per_second(old ? old->calls : 0, rule.calls, seconds),
                             per_second(old ? old->denied : 0, rule.denied, seconds)});
    }
  }
  return rates;
}

void sort(Rates& rates, SortBy by, bool reversed) {
  const auto session = [&](const SessionRate& one) -> double {
    switch (by) {
      case SortBy::calls:
        return one.calls_s;
      case SortBy::denied:
        return one.denied_s;
      case SortBy::latency:
        return static_cast<double>(one.p99_ns);
      case SortBy::total:
        return static_cast<double>(one.calls);
      case SortBy::number:
        return -static_cast<double>(one.number);
    }
    return 0;
  };
  const auto rule = [&](const RuleRate& one) -> double {
    switch (by) {
      case SortBy::calls:
        return one.calls_s;
      case SortBy::denied:
        return one.denied_s;
      case SortBy::latency:
        return static_cast<double>(one.slowest_ns);
      case SortBy::total:
        return static_cast<double>(one.calls);
      case SortBy::number:
        return -static_cast<double>(one.session);
    }
    return 0;
  };
  order(rates.sessions, false, [](const SessionRate& one) { return -static_cast<double>(one.number); });
  order(rates.rules, false, [](const RuleRate& one) { return -static_cast<double>(one.session); });
  order(rates.sessions, reversed, session);
  order(rates.rules, reversed, rule);
}

}  // namespace scsup

#include "analysis/explain/policy_shelf.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

namespace scsup::analysis {
namespace {

constexpr std::uint64_t every_capability = (std::uint64_t{1} << 41) - 1;  // CAP_CHECKPOINT_RESTORE is 40
constexpr std::size_t shortest_sha = 8;                                   // digits

// One of the two may be shortened.
bool same_sha(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  return size >= shortest_sha && a.substr(0, size) == b.substr(0, size);
}

void take_environment(const Record& record, Surroundings& to) {
  if (record.caps.starts_with("0x")) {
    const char* const end = record.caps.data() + record.caps.size();
    to.knows_caps = std::from_chars(record.caps.data() + 2, end, to.environment.caps, 16).ec == std::errc();
  }
  if (record.home.starts_with('/')) to.environment.home = record.home, to.knows_home = true;
  if (record.directory.starts_with('/'))
    to.environment.directory = record.directory, to.knows_directory = true;
  if (!record.kernel.empty()) {
    const std::string release(record.kernel.substr(0, 32));
    int major = 0, minor = 0;
    if (std::sscanf(release.c_str(), "%d.%d", &major, &minor) == 2)
      to.environment.kernel_major = major, to.environment.kernel_minor = minor;
  }
}

}  // namespace

void PolicyShelf::add(const Record& record) {
  if (record.type == Type::run || record.type == Type::policy) add_policy(record);
  if (record.type == Type::run && (runs_.size() < most_sessions || runs_.contains(record.run)))
    take_environment(record, runs_[std::string(record.run)]);
  if (record.type == Type::attach || record.type == Type::task || record.type == Type::call)
    add_session(record);
}

void PolicyShelf::add_policy(const Record& record) {
  if (record.text.empty()) return;
  const auto same = [&](const LoggedPolicy& one) {
    return one.sha == record.policy_sha && one.generation == record.generation && one.text == record.text;
  };
  if (std::ranges::any_of(policies_, same)) return;  // each segment repeats it
  text_ += record.text.size() + sizeof(LoggedPolicy);
  full_ = full_ || text_ > most_text;
  if (full_) return;
  policies_.push_back({std::string(record.policy_name), std::string(record.file),
                       std::string(record.policy_sha), std::string(record.text), record.generation});
}

void PolicyShelf::add_session(const Record& record) {
  if (record.session < 0) return;
  Session key(record.run, record.session);
  auto known = sessions_.find(key);
  if (known == sessions_.end()) {
    if (sessions_.size() >= most_sessions) return;
    known = sessions_.emplace(std::move(key), Seen()).first;
    if (const auto run = runs_.find(record.run); run != runs_.end()) known->second.where = run->second;
  }
  Seen& here = known->second;
  if (!record.policy_sha.empty()) here.sha = record.policy_sha, here.generation = record.generation;
  take_environment(record, here.where);
  const bool was_new = std::exchange(here.is_new, record.type == Type::attach);
  const bool is_hidden = record.cwd.find("***") != std::string_view::npos;
  if (!here.where.environment.directory.empty() || !record.cwd.starts_with('/') || is_hidden) return;
  here.where.environment.directory = record.cwd;
  // The command's own exec happens where it was started. Any later one may be in another directory.
  here.where.knows_directory = was_new && record.syscall.starts_with("execve");
  if (!here.where.knows_caps) here.where.environment.caps = record.uid == 0 ? every_capability : 0;
}

const LoggedPolicy* PolicyShelf::find(const Record& record) const {
  if (!record.policy_sha.empty()) return find(record.policy_sha, record.generation);
  const auto session = sessions_.find(Session(record.run, record.session));
  if (session != sessions_.end() && !session->second.sha.empty())
    return find(session->second.sha, session->second.generation);
  return policies_.size() == 1 ? &policies_.front() : nullptr;
}

const LoggedPolicy* PolicyShelf::find(std::string_view sha, std::int64_t generation) const {
  const LoggedPolicy* found = nullptr;
  for (const LoggedPolicy& one : policies_)
    if (same_sha(one.sha, sha) && (!found || found->generation != generation || one.generation == generation))
      found = &one;
  return found;
}

Surroundings PolicyShelf::surroundings(const Record& record) const {
  const auto session = sessions_.find(Session(record.run, record.session));
  if (session != sessions_.end()) return session->second.where;
  const auto run = runs_.find(record.run);
  return run != runs_.end() ? run->second : Surroundings();
}

}  // namespace scsup::analysis

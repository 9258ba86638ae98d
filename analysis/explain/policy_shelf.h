// The policies in a log, and what the log tells about the environments in which they were in force. Filled record by
// record, in the log's order; empty for a log without policies.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "analysis/read/record.h"
#include "supervisor/policy/policy.h"

namespace scsup::analysis {

struct LoggedPolicy {
  std::string name, file, sha, text;  // sha: as many digits as the record has
  std::int64_t generation = -1;
};

// An Environment, and which parts of it the log contains; the others are guessed, or empty.
struct Surroundings {
  Environment environment;
  bool knows_caps = false, knows_home = false, knows_directory = false;

  bool operator==(const Surroundings&) const = default;
};

class PolicyShelf {
 public:
  // The most that is kept of a log, so that memory has a bound. Beyond it nothing is kept, and full() says so.
  static constexpr std::size_t most_text = 128u << 20;  // bytes
  static constexpr std::size_t most_sessions = 65536;

  void add(const Record& record);

  // The policy to which a record refers by sha and gen; if it has neither, the one of its session according to
  // `attach` or another record; else the only one there is. nullptr: the log doesn't contain it. If several have the
  // same sha, the one of that generation, else the last.
  const LoggedPolicy* find(const Record& record) const;
  const std::deque<LoggedPolicy>& all() const { return policies_; }
  bool full() const { return full_; }

  // Of the session of a record: what `run` and `attach` say; else the directory of the first process seen in it, and
  // all capabilities if that process is root's.
  Surroundings surroundings(const Record& record) const;

 private:
  using Session = std::pair<std::string, std::int64_t>;  // run, number
  struct Seen {
    Surroundings where;
    bool is_new = false;  // only its `attach` was seen
    std::string sha;      // of its policy; "": not known
    std::int64_t generation = -1;
  };
  void add_policy(const Record& record);
  const LoggedPolicy* find(std::string_view sha, std::int64_t generation) const;
  void add_session(const Record& record);

  std::deque<LoggedPolicy> policies_;  // a deque, so that pointers to them stay valid
  std::map<std::string, Surroundings, std::less<>> runs_;
  std::map<Session, Seen> sessions_;
  std::size_t text_ = 0;
  bool full_ = false;
};

}  // namespace scsup::analysis

// What clients of the control socket may ask a running supervisor for. scsup-control(7) describes the messages.
//
// All of it is thread-safe and returns at once: nothing in here waits for a target. It is called on workers, never on
// a thread of the loop. Errors: ESRCH, there is no such session; ENOENT, there is no such policy (the text is shown
// as it is); anything else is our own failure.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/socket.h"

namespace scsup::control {

struct Counts {
  std::uint64_t allowed = 0, denied = 0, emulated = 0, watched = 0;
};

// One policy that a session has had.
struct Generation {
  std::uint64_t number = 0;  // grows by one with each policy that the supervisor has read
  std::string policy;        // its name: "workspace"
  std::string file;
  std::string sha;  // sha256 of its text, hex
  Counts counts;    // of calls that it decided
};

struct Rate {           // of one rule in one session
  std::string rule;     // its words: "rule no-mkdir at policies/no-mkdir.json:6:7"
  std::string syscall;  // the last call that it decided
  std::uint64_t calls = 0, denied = 0;
  std::uint64_t slowest_ns =
      0;  // the longest time from receiving a call to deciding it by this rule; 0: not known
};

struct SessionState {
  std::uint32_t number = 0;
  std::string command;  // argv[0], or the container runtime's name for it
  // "id", "name", "image", "pod", "namespace", "engine": those that are known; empty for a command.
  std::map<std::string, std::string> container;
  pid_t pid = 0;                        // of the first task, as the supervisor sees it
  std::vector<Generation> generations;  // oldest first; the last one is in force; never empty
  std::uint64_t received = 0, answered = 0, pending = 0;
  std::uint64_t p50_ns = 0, p99_ns = 0;  // from receiving a call to deciding it; 0: none yet
  std::int64_t since_unix_ns = 0;        // when it attached
  std::uint32_t listeners = 0;           // 1, and one more for each exec into the container
  std::string remark;  // why it differs from the request: "listenerMetadata names no policy; ..."
};

struct Inspection {
  SessionState session;
  std::string policy_text;           // as in force
  std::string filter;                // the output of `scsup policy show` for it
  std::vector<std::string> trapped;  // the names of the calls that its filter traps
  bool filter_known = true;          // false: another program made the filter; `trapped` is what was seen
  std::vector<pid_t> processes;      // the live ones
  std::vector<Rate> rules;           // that have decided calls
};

struct Changed {  // one session and a new policy
  std::uint32_t session = 0;
  std::uint64_t generation = 0;  // now in force there
  std::vector<std::string>
      needs_restart;  // "rename is not trapped in session 7; its filter still decides it: allow"
};
struct Reloaded {  // one policy
  std::string policy, file, sha;
  std::uint64_t generation = 0;
  bool changed = false;               // false: the text is the same, or there are mistakes
  std::vector<std::string> mistakes;  // "FILE:LINE:COL: error: ..."; then the old policy is still in force
  std::vector<Changed> sessions;
};

class Service {
 public:
  virtual ~Service() = default;
  virtual bool may_control(const Peer& peer) const = 0;
  // The calls that it counts are in the audit's file by then.
  virtual std::vector<SessionState> sessions() const = 0;
  virtual Result<Inspection> inspect(std::uint32_t session) const = 0;
  // Only the `rules` of inspect(): `top` asks for those of each session, once a second.
  virtual Result<std::vector<Rate>> rates(std::uint32_t session) const {
    auto whole = inspect(session);
    if (!whole) return failed(whole.error());
    return std::move(whole->rules);
  }
  // What is wrong at present: "FILE:LINE:COL: error: ..." of a policy whose older version is in force.
  virtual std::vector<std::string> remarks() const { return {}; }
  // How this supervisor waits for events: "io_uring", "epoll"; "" if that isn't known.
  virtual std::string events() const { return {}; }
  // Re-reads these policies: all of them change, or none does. None named: all, each by itself.
  virtual Result<std::vector<Reloaded>> reload(const std::vector<std::string>& names) = 0;
  // Another policy for one session, from now on. `file` only names places in it.
  virtual Result<Reloaded> set_policy(std::uint32_t session, const std::string& file,
                                      const std::string& text) = 0;
  // The absolute path of the file that records go to; "": they go to none. All calls decided so far are in it.
  virtual std::string audit() const { return {}; }
  // SIGKILL to each process of the session; how many there were.
  virtual Result<std::uint32_t> kill(std::uint32_t session) = 0;
};

}  // namespace scsup::control

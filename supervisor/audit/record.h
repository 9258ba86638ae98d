// The audit records, schema scsup.audit.v1, as values. A Renderer turns them into lines, a Log keeps those.
//
// run      first, and first in each segment: what runs where under which policy
// policy   a policy was read, or read again: what is in force from now on
// attach   a listener was handed over: a session begins
// detach   it ended
// call     one trapped call and its answer
// task     a trapped call that no policy asked for, after which the task may be a different one (exec)
// death    a process was ended by the filter
// amend    corrects an earlier record: what became of the call's answer
// gap      known loss
// recover  what was found at the end of a log that ended without `end`
// seal     the hash of all before it
// end      once, last: the counts
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/policy/rules/decision.h"
#include "supervisor/seccomp/call.h"

namespace scsup {

// How a call was answered: the kernel continued it; scsup performed it; scsup returned an errno.
enum class How : std::uint8_t { continued, performed, answered };

// The process that a task belongs to: the properties that stay the same while it runs one program.
struct Process {
  pid_t pid = 0, ppid = 0;
  std::uint64_t start = 0;  // clock ticks after boot; with pid it identifies the process for ever
  std::string comm, exe, cwd;
  uid_t uid = 0;
  gid_t gid = 0;
};
// Its members of "proc" in a record. Rendered once per program that a task runs, not once per call.
std::string render(const Process& process);

// The container of a session, as its runtime described it: "id", "name", "image", "pod", "namespace", "engine" and
// their values. Empty: a command.
using Container = std::map<std::string, std::string>;
// Its members of "container" in a record; "" for a command.
std::string render(const Container& container);

struct CallRecord {
  std::uint64_t id = 0;  // the notification's cookie
  std::uint32_t session = 0;
  pid_t tid = 0;
  const std::string* container = nullptr;  // render(Container); nullptr or empty: a command
  const std::string* process = nullptr;    // render(Process); nullptr: the task could not be read
  std::string_view directory;              // where a relative path starts, if that is known
  const Call* call = nullptr;
  const std::string* resolved = nullptr;  // the object's path; nullptr: it was not looked up
  Act act = Act::deny;
  How how = How::answered;
  int err = 0;                        // the target's errno, positive; 0: no error that scsup knows of
  std::optional<std::int64_t> value;  // what a performed call returned
  const Origin* origin = nullptr;
  const std::string* policy = nullptr;  // rendered: "sha":"...","gen":1; nullptr: there is none
  bool gone = false;                    // known before the answer: the target has died
  bool may_wait = true;                 // for a log that can't be written, or a disk
  bool on_disk = false;          // a rule requires it: the record must be on the disk before the answer
  std::int64_t mono_ns = 0;      // CLOCK_MONOTONIC, of the decision
  std::int64_t decision_ns = 0;  // from receiving to here
};

// A policy that was read and is in force from now on.
struct PolicyRecord {
  std::string name, file, text, sha;
  std::uint64_t generation = 1;
  std::string filter_summary;  // what the filter decides by itself and so never reaches the log; "": unknown
  std::string replaces;        // sha of the previous edition; "": there was none
};

struct AttachRecord {
  std::uint32_t session = 0;
  std::string command;
  pid_t pid = 0;
  const std::string* container = nullptr;  // render(Container)
  const std::string* policy = nullptr;     // rendered; nullptr: none, all its calls are denied
  std::uint32_t listeners = 1;             // more: an exec into the container
  // The environment that the policy was made for (Environment in policy/policy.h).
  std::uint64_t caps = 0;
  std::string home, directory;
};

// A process that SIGSYS has ended: the filter killed it, unless another process sent that signal.
struct DeathRecord {
  std::uint32_t session = 0;
  const std::string* container = nullptr;  // render(Container)
  pid_t tid = 0;
  std::string process;                // render(Process), as it was when last read
  std::vector<std::string> asked_at;  // the policy's places that kill; which of them it was is unknown
};

struct RunRecord {
  std::vector<std::string> argv;
  std::optional<PolicyRecord> policy;  // absent: there may be several, each has a record of its own
};

struct Counts {
  std::uint64_t received = 0, answered = 0, recorded = 0, allowed = 0, denied = 0, emulated = 0, watched = 0;

  Counts& operator+=(const Counts& more);
};

}  // namespace scsup

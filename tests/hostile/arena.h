// Where an attack takes place: a directory of its own, the real scsup, an attack program, and afterwards the audit.
#pragma once

#include <sys/types.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/fd.h"

namespace scsup::hostile {

using Words = std::vector<std::string>;
using Audit = std::vector<nlohmann::json>;

// The path of scsup or scsup-agent, or of an attack.
std::string program(const std::string& name);
std::string attack(const std::string& name);

// A process that was started here. It is killed if it goes out of scope before wait().
class Started {
 public:
  Started(pid_t pid, std::string out, std::string err);
  Started(Started&& other) noexcept;
  ~Started();

  pid_t pid() const { return pid_; }
  const Fd& pidfd() const { return pidfd_; }  // readable when it has ended
  int wait();                                 // its exit status, or 128 + the signal that ended it
  std::string out() const;
  std::string err() const;

 private:
  pid_t pid_;
  Fd pidfd_;
  std::string out_, err_;
};

struct Ended {
  int status = 0;
  std::string out, err;
};

class Arena {
 public:
  Arena();
  ~Arena();

  // Directories ok/ and no/ exist; ok/** may be made and changed, nothing else (EACCES).
  const std::string& root() const { return root_; }
  std::string path(const std::string& name) const { return root_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const;
  // `supervise`: the value of that key; `more`: further members of the profile.
  std::string policy(const std::string& supervise = "", const std::string& more = "") const;

  // `prepare` runs in the child before its exec.
  Started start(const Words& argv, std::function<void()> prepare = {});
  Started start_serve(const std::string& policy);  // on socket(); returns when it accepts
  std::string socket() const { return path("socket"); }
  // scsup run with audit.jsonl, --summary, and `policy` or policy().
  Ended run(const Words& command, const std::string& policy = "", std::function<void()> prepare = {});
  Ended run_attack(const std::string& name, Words arguments, const std::string& policy = "");

  // Each line of audit.jsonl; a line that is not JSON fails the test.
  Audit audit() const;

 private:
  std::string root_;
  int started_ = 0;
};

// What must hold after every run: nothing lost, nothing answered twice or never, no bug reported.
void expect_sound(const Audit& audit);
void expect_sound(const Arena& arena, const Ended& ended);
std::size_t count_calls(const Audit& audit, const std::string& act, const std::string& error = "");

// Waits a random time of some microseconds: the test is that the instant doesn't matter.
void pass_some_time(std::mt19937& random);
// The count that attack("count_answers") has written into the file.
std::uint64_t counted(const std::string& file);

// Entries of a directory.
Words entries(const std::string& directory);
// The size of a process's descriptor table, which grows with its open descriptors and never shrinks.
long descriptor_slots(pid_t pid);
long resident_kib(pid_t pid);
bool is_root();

}  // namespace scsup::hostile

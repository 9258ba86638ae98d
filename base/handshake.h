// The messages that an agent and a supervisor exchange before the target runs.
//
//   agent                                  supervisor
//   Hello {policy, command, caps}    ->        (+ sealed memfd of a policy of its own)
//                                    <-    Program {flags, ...} + sealed memfd of the BPF program
//   Listener {tid} + listener fd     ->
//                                    <-    Go
//   exec; or, if that failed:
//   ExecFailed {errno}               ->
//                                    <-    Reason {text}        (empty when the policy had no part in it)
// At any point the supervisor may answer Refused {text} and close.
//
// Each message is one packet: "SCSP", u16 version, u16 type, then the fields in order, little-endian. A string is u32
// length + bytes, at most string_limit and no NUL. decode() accepts exactly this and is fuzzed with arbitrary bytes.
// Not for anything after exec: the control socket has its own protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace scsup::handshake {

inline constexpr std::uint16_t version = 1;
inline constexpr std::size_t string_limit = 4096;

// The agent's own exec bears a mark in a register that execve(2) ignores, so that a filter can tell it from the
// command's execs. An exec of the command with the same mark is merely trapped, too.
inline constexpr std::uint8_t exec_mark_argument = 3;
inline constexpr std::uint64_t exec_mark = 0x5343535045584543;  // "SCSPEXEC"

struct Hello {
  std::string policy;       // name of a policy that the supervisor has; "" for its default
  std::string command;      // argv[0] as given, for messages
  std::string directory;    // the agent's working directory, ${PWD} in a policy; "" when it has no name
  std::string home;         // the invoking user's home: ~ in a policy; "" when unknown
  std::uint64_t caps = 0;   // permitted capabilities that the command will have, bit = capability number
  std::string policy_file;  // name of a policy that is sent along in a sealed memfd; "": none is sent
};
struct Program {
  bool exec_waits =
      false;  // the exec that bears the mark is trapped or refused, so it waits for the supervisor itself
  std::uint32_t flags = 0;  // SECCOMP_FILTER_FLAG_* for loading it
};
struct Listener {
  std::uint32_t tid = 0;  // the thread that will exec, in the agent's pid namespace
};
struct Go {};
struct ExecFailed {
  std::uint32_t err = 0;
};
struct Reason {
  std::string text;
};
struct Refused {
  std::string text;
};

using Message = std::variant<Hello, Program, Listener, Go, ExecFailed, Reason, Refused>;

// Reason and Refused are prose: a too long text is cut. Any other string must respect the limit.
std::string encode(const Message& message);
// Error::what says what is wrong with the bytes ("speaks version 7, this is version 1").
Result<Message> decode(std::string_view packet);

}  // namespace scsup::handshake

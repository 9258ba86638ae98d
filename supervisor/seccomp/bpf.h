// Writes a classic BPF program backwards, from its end to its beginning.
//
// All jumps of classic BPF go forward. Written backwards, each jump's target is already placed, so the distance is
// known, and one that doesn't fit a conditional jump's 8 bits gets a BPF_JA in between. Not for linking: one
// Assembler writes the whole program.
#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "supervisor/seccomp/filter.h"

namespace scsup::bpf {

// A place in the program, counted from its end; stays valid while the program grows at its front.
using Label = std::size_t;

class Assembler {
 public:
  // Puts a complete program in front; it ends in returns, so it never falls through into what follows.
  Label place(const Program& program);
  Label ret(std::uint32_t action);  // one per action
  // A = 32-bit word of struct seccomp_data at `offset`, masked; then continues at `next`.
  Label load(std::uint32_t offset, std::uint32_t mask, Label next);
  // `test` is BPF_JEQ, BPF_JGT or BPF_JGE: A test k?
  Label branch(std::uint16_t test, std::uint32_t k, Label yes, Label no);

  // The program that begins at `entry`.
  Program finish(Label entry) const;

 private:
  Label push(sock_filter instruction);
  // `target`, or a jump to it that is still in reach of a conditional jump after `spare` more instructions.
  Label near(Label target, std::size_t spare);
  void run_into(Label next);

  std::vector<sock_filter> reversed_;
  std::map<std::uint32_t, Label> returns_;
};

}  // namespace scsup::bpf

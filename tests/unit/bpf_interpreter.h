// Runs a seccomp program on one call's registers, as the kernel would (linux:kernel/seccomp.c, net/core/filter.c), so
// that a test can get a filter's answer without loading it.
//
// Only instructions that seccomp(2) accepts; all others throw: aligned 32-bit loads from seccomp_data, no packet
// access.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace scsup::test {

struct BpfResult {
  std::uint32_t action = 0;        // SECCOMP_RET_* | data
  int steps = 0;                   // instructions executed
  std::set<std::uint32_t> loaded;  // offsets into seccomp_data that were read
};

inline seccomp_data registers(std::uint32_t arch, std::uint32_t nr, std::array<std::uint64_t, 6> args = {}) {
  seccomp_data data{};
  data.arch = arch;
  data.nr = static_cast<int>(nr);
  for (std::size_t i = 0; i < args.size(); ++i) data.args[i] = args[i];
  return data;
}

inline BpfResult run_bpf(const std::vector<sock_filter>& program, const seccomp_data& data) {
  std::uint32_t a = 0, x = 0;
  std::array<std::uint32_t, BPF_MEMWORDS> memory{};
  BpfResult result;
  auto slot = [&](std::uint32_t k) -> std::uint32_t& {
    if (k >= memory.size()) throw std::runtime_error("bpf: memory word out of range");
    return memory[k];
  };
  for (std::size_t pc = 0; pc < program.size(); ++pc) {
    const sock_filter& in = program[pc];
    const std::uint32_t operand = BPF_SRC(in.code) == BPF_X ? x : in.k;
    ++result.steps;
    switch (in.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (in.k % 4 || in.k > sizeof data - 4) throw std::runtime_error("bpf: load outside seccomp_data");
        std::memcpy(&a, reinterpret_cast<const char*>(&data) + in.k, 4);
        result.loaded.insert(in.k);
        break;
      case BPF_LD | BPF_W | BPF_LEN:
        a = sizeof data;
        break;
      case BPF_LDX | BPF_W | BPF_LEN:
        x = sizeof data;
        break;
      case BPF_LD | BPF_IMM:
        a = in.k;
        break;
      case BPF_LDX | BPF_IMM:
        x = in.k;
        break;
      case BPF_LD | BPF_MEM:
        a = slot(in.k);
        break;
      case BPF_LDX | BPF_MEM:
        x = slot(in.k);
        break;
      case BPF_ST:
        slot(in.k) = a;
        break;
      case BPF_STX:
        slot(in.k) = x;
        break;
      case BPF_MISC | BPF_TAX:
        x = a;
        break;
      case BPF_MISC | BPF_TXA:
        a = x;
        break;
      case BPF_ALU | BPF_NEG:
        a = -a;
        break;
      case BPF_ALU | BPF_ADD | BPF_K:
      case BPF_ALU | BPF_ADD | BPF_X:
        a += operand;
        break;
      case BPF_ALU | BPF_SUB | BPF_K:
      case BPF_ALU | BPF_SUB | BPF_X:
        a -= operand;
        break;
      case BPF_ALU | BPF_MUL | BPF_K:
      case BPF_ALU | BPF_MUL | BPF_X:
        a *= operand;
        break;
      case BPF_ALU | BPF_AND | BPF_K:
      case BPF_ALU | BPF_AND | BPF_X:
        a &= operand;
        break;
      case BPF_ALU | BPF_OR | BPF_K:
      case BPF_ALU | BPF_OR | BPF_X:
        a |= operand;
        break;
      case BPF_ALU | BPF_XOR | BPF_K:
      case BPF_ALU | BPF_XOR | BPF_X:
        a ^= operand;
        break;
      case BPF_ALU | BPF_LSH | BPF_K:
      case BPF_ALU | BPF_LSH | BPF_X:
        a <<= operand & 31;
        break;
      case BPF_ALU | BPF_RSH | BPF_K:
      case BPF_ALU | BPF_RSH | BPF_X:
        a >>= operand & 31;
        break;
      case BPF_JMP | BPF_JA:
        pc += in.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
      case BPF_JMP | BPF_JEQ | BPF_X:
        pc += a == operand ? in.jt : in.jf;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
      case BPF_JMP | BPF_JGT | BPF_X:
        pc += a > operand ? in.jt : in.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
      case BPF_JMP | BPF_JGE | BPF_X:
        pc += a >= operand ? in.jt : in.jf;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
      case BPF_JMP | BPF_JSET | BPF_X:
        pc += a & operand ? in.jt : in.jf;
        break;
      case BPF_RET | BPF_K:
        result.action = in.k;
        return result;
      case BPF_RET | BPF_A:
        result.action = a;
        return result;
      default:
        throw std::runtime_error("bpf: seccomp(2) refuses opcode " + std::to_string(in.code));
    }
  }
  throw std::runtime_error("bpf: ran off the end");
}

}  // namespace scsup::test

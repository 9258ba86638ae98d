#include "supervisor/seccomp/bpf.h"

namespace scsup::bpf {
namespace {

constexpr std::size_t conditional_reach = 255;

sock_filter statement(std::uint16_t code, std::uint32_t k) { return BPF_STMT(code, k); }

}  // namespace

Label Assembler::push(sock_filter instruction) {
  reversed_.push_back(instruction);
  return reversed_.size();
}

Label Assembler::place(const Program& program) {
  reversed_.insert(reversed_.end(), program.rbegin(), program.rend());
  return reversed_.size();
}

Label Assembler::ret(std::uint32_t action) {
  const auto [known, fresh] = returns_.try_emplace(action, 0);
  if (fresh) known->second = push(statement(BPF_RET | BPF_K, action));
  return known->second;
}

void Assembler::run_into(Label next) {
  if (next != reversed_.size())
    push(statement(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(reversed_.size() - next)));
}

Label Assembler::load(std::uint32_t offset, std::uint32_t mask, Label next) {
  run_into(next);
  if (mask != ~std::uint32_t{0}) push(statement(BPF_ALU | BPF_AND | BPF_K, mask));
  return push(statement(BPF_LD | BPF_W | BPF_ABS, offset));
}

Label Assembler::near(Label target, std::size_t spare) {
  if (reversed_.size() - target + spare <= conditional_reach) return target;
  run_into(target);
  return reversed_.size();
}

Label Assembler::branch(std::uint16_t test, std::uint32_t k, Label yes, Label no) {
  if (yes == no) return yes;
  yes = near(yes, 1);  // a BPF_JA for `no` may be put in between
  no = near(no, 0);
  const auto distance = [this](Label target) { return static_cast<std::uint8_t>(reversed_.size() - target); };
  const auto code = static_cast<std::uint16_t>(BPF_JMP | test | BPF_K);
  return push(sock_filter{code, distance(yes), distance(no), k});
}

Program Assembler::finish(Label entry) const {
  return {reversed_.rend() - static_cast<std::ptrdiff_t>(entry), reversed_.rend()};
}

}  // namespace scsup::bpf

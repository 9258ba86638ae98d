#include "supervisor/seccomp/filter_front.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "supervisor/seccomp/bpf.h"

namespace scsup {
namespace {

using bpf::Assembler;
using bpf::Label;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low half of an argument comes first");

constexpr std::uint32_t all_bits = ~std::uint32_t{0};

// One 32-bit half of an argument, masked, against `value`.
struct Half {
  std::uint32_t offset, value, mask;
};

Label three_way(Assembler& out, const Half& half, Label less, Label equal, Label greater) {
  if (half.mask == 0) return half.value == 0 ? equal : less;
  Label test;
  if (equal == greater) {
    test = out.branch(BPF_JGE, half.value, greater, less);
  } else if (less == greater) {
    test = out.branch(BPF_JEQ, half.value, equal, less);
  } else {
    const Label not_greater = out.branch(BPF_JEQ, half.value, equal, less);
    test = out.branch(BPF_JGT, half.value, greater, not_greater);
  }
  return out.load(half.offset, half.mask, test);
}

Label compare(Assembler& out, const Comparison& c, Label yes, Label no) {
  switch (c.op) {
    case Compare::ne:
      return compare(out, {c.arg, Compare::eq, c.value, c.mask}, no, yes);
    case Compare::lt:
      return compare(out, {c.arg, Compare::ge, c.value, c.mask}, no, yes);
    case Compare::le:
      return compare(out, {c.arg, Compare::gt, c.value, c.mask}, no, yes);
    case Compare::eq:
    case Compare::gt:
    case Compare::ge:
      break;
  }
  const auto at = static_cast<std::uint32_t>(offsetof(seccomp_data, args) + c.arg * sizeof(std::uint64_t));
  const auto high = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
  const auto low = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  const Label greater = c.op == Compare::eq ? no : yes;
  const Label equal = c.op == Compare::gt ? no : yes;
  const Label low_half = three_way(out, {at, low(c.value), low(c.mask)}, no, equal, greater);
  return three_way(out, {at + 4, high(c.value), high(c.mask)}, no, low_half, greater);
}

Label decide(Assembler& out, const CallPlan& call) {
  Label next = out.ret(call.otherwise);
  for (auto branch = call.branches.rbegin(); branch != call.branches.rend(); ++branch) {
    const Label miss = next;
    next = out.ret(branch->action);
    for (auto c = branch->all_of.rbegin(); c != branch->all_of.rend(); ++c)
      next = compare(out, *c, next, miss);
  }
  return next;
}

bool same(const CallPlan& a, const CallPlan& b) {
  return a.otherwise == b.otherwise && a.branches == b.branches;
}

struct Entry {
  std::uint32_t nr;
  Label decision;
};

// A binary search for the number in A.
Label search(Assembler& out, std::span<const Entry> sorted, Label miss) {
  if (sorted.empty()) return miss;
  if (sorted.size() == 1) return out.branch(BPF_JEQ, sorted[0].nr, sorted[0].decision, miss);
  const std::size_t middle = sorted.size() / 2;
  const Label upper = search(out, sorted.subspan(middle), miss);
  const Label lower = search(out, sorted.first(middle), miss);
  return out.branch(BPF_JGE, sorted[middle].nr, upper, lower);
}

Label search_all(Assembler& out, std::vector<Entry> entries, Label miss) {
  if (entries.empty()) return miss;
  std::ranges::sort(entries, {}, &Entry::nr);
  return out.load(offsetof(seccomp_data, nr), all_bits, search(out, entries, miss));
}

}  // namespace

Program put_in_front(std::span<const CallPlan* const> calls, const Program& tail) {
  Assembler out;
  const Label rest = out.place(tail);

  // mkdir's branches are the same on each ABI, so they are written once.
  std::vector<std::pair<const CallPlan*, Label>> written;
  std::vector<Entry> i386, x86_64;  // x32 is x86_64 with bit 30 in the number
  for (const CallPlan* call : calls) {
    auto known = std::ranges::find_if(written, [&](const auto& other) { return same(*other.first, *call); });
    if (known == written.end()) known = written.insert(known, {call, decide(out, *call)});
    (call->abi == Abi::i386 ? i386 : x86_64).push_back({call->nr, known->second});
  }

  const Label on_x86_64 = search_all(out, std::move(x86_64), rest);
  const Label on_i386 = search_all(out, std::move(i386), rest);
  // Arch before number: a number alone names no call.
  Label entry =
      out.branch(BPF_JEQ, AUDIT_ARCH_I386, on_i386, out.branch(BPF_JEQ, AUDIT_ARCH_X86_64, on_x86_64, rest));
  if (entry != rest) entry = out.load(offsetof(seccomp_data, arch), all_bits, entry);
  return out.finish(entry);
}

}  // namespace scsup

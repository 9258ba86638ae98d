#include "supervisor/seccomp/syscalls.h"

#include <algorithm>

#include "supervisor/seccomp/runtime_calls.h"

namespace scsup {
namespace {

// The words of syscall_table.inc.
constexpr Argument fd{Role::fd, 32}, dirfd{Role::dirfd, 32}, path{Role::path}, address{Role::address},
    pointer{Role::pointer}, value{Role::value}, number{Role::value, 32};
constexpr Argument mode{Role::mode, 16};  // umode_t
// Some calls take flags as unsigned long, but none of their flags is above bit 31.
constexpr Argument flags{Role::flags, 32};
constexpr Argument uid{Role::uid, 32}, gid{Role::gid, 32}, uid16{Role::uid, 16}, gid16{Role::gid, 16};

// i386 has 16-bit ids in its oldest calls (linux:kernel/uid16.c), splits 64-bit arguments over two registers,
// and passes some lists of arguments as one block in memory.
constexpr Signature uid16_only{uid16}, gid16_only{gid16};
constexpr Signature uid16_uid16{uid16, uid16}, gid16_gid16{gid16, gid16};
constexpr Signature uid16_uid16_uid16{uid16, uid16, uid16}, gid16_gid16_gid16{gid16, gid16, gid16};
constexpr Signature path_uid16_gid16{path, uid16, gid16}, fd_uid16_gid16{fd, uid16, gid16};
constexpr Signature fanotify_mark_i386{fd, flags, value, value, dirfd, path};
constexpr Signature sync_file_range_i386{fd, value, value, value, value, flags};
constexpr Signature argument_block{pointer};

using Numbers = std::array<std::int32_t, abi_count>;

constexpr Numbers nr(std::int32_t x86_64, std::int32_t i386, std::int32_t x32) {
  return {x86_64, i386, x32 < 0 ? x32 : x32 | static_cast<std::int32_t>(x32_bit)};
}

struct Traits {
  Family family = Family::none;
  Family turned = Family::none;
  std::uint32_t turning_flag = 0;
  bool runs_program = false;
  bool confines = false;
  const Signature* i386_args = nullptr;
};

constexpr Traits of(Family family) {
  Traits traits;
  traits.family = family;
  return traits;
}
constexpr Traits of(Family family, std::uint32_t flag, Family turned) {
  Traits traits = of(family);
  traits.turned = turned;
  traits.turning_flag = flag;
  return traits;
}
constexpr Traits runs_program = [] {
  Traits traits;
  traits.runs_program = true;
  return traits;
}();
constexpr Traits confines = [] {
  Traits traits;
  traits.confines = true;
  return traits;
}();
constexpr Traits on_i386(const Signature& signature) {
  Traits traits;
  traits.i386_args = &signature;
  return traits;
}

struct Row {
  std::string_view name;
  Numbers nr;
  Signature args;
  Traits traits = {};
};

constexpr Row rows[] = {
#include "supervisor/seccomp/syscall_table.inc"
};
constexpr std::size_t row_count = std::size(rows);

constexpr auto table = [] {
  std::array<Syscall, row_count> result{};
  for (std::size_t i = 0; i < row_count; ++i) {
    const auto& [name, numbers, args, traits] = rows[i];
    result[i] = {name,
                 numbers,
                 args,
                 traits.family,
                 traits.turned,
                 traits.turning_flag,
                 traits.runs_program,
                 traits.confines,
                 traits.i386_args};
  }
  return result;
}();

constexpr bool sorted_without_twins() {
  for (std::size_t i = 1; i < row_count; ++i)
    if (table[i - 1].name >= table[i].name) return false;
  return true;
}
static_assert(sorted_without_twins(), "syscall_table.inc must be sorted by name, each name once");

constexpr std::uint32_t without_bit(Abi abi, std::uint32_t number_) {
  return abi == Abi::x32 ? number_ & ~x32_bit : number_;
}

// For each ABI: number to row, or -1. 547 is x32's last private number (linux:arch/x86/entry/syscalls).
constexpr std::size_t index_size = 548;
constexpr auto by_number = [] {
  std::array<std::array<std::int16_t, index_size>, abi_count> result{};
  for (auto& abi : result) abi.fill(-1);
  for (std::size_t row = 0; row < row_count; ++row) {
    for (Abi abi : {Abi::x86_64, Abi::i386, Abi::x32}) {
      const std::int32_t n = table[row].number(abi);
      if (n < 0) continue;
      std::int16_t& slot = result[static_cast<int>(abi)][without_bit(abi, static_cast<std::uint32_t>(n))];
      if (slot >= 0) throw "two calls with one number";  // evaluated by the compiler only
      slot = static_cast<std::int16_t>(row);
    }
  }
  return result;
}();

constexpr auto groups = [] {
  std::array<std::string_view, operations.size()> result{};  // one for each family but none, and @runtime
  for (std::size_t i = 1; i < operations.size(); ++i) result[i - 1] = operations[i].group;
  result.back() = runtime_group;
  std::ranges::sort(result);
  return result;
}();

Portion portion_of(const Syscall& syscall, std::string_view group) {
  if (group == runtime_group || syscall.turning_flag == 0) return Portion::whole;
  return operation(syscall.turned).group == group ? Portion::with_flag : Portion::without_flag;
}

}  // namespace

std::span<const Syscall> all_syscalls() { return table; }

const Syscall* find_syscall(std::string_view name) {
  const auto found = std::ranges::lower_bound(table, name, {}, &Syscall::name);
  return found != table.end() && found->name == name ? &*found : nullptr;
}

const Syscall* find_syscall(Abi abi, std::uint32_t number_) {
  if (abi == Abi::x32 && !(number_ & x32_bit)) return nullptr;
  const std::uint32_t plain = without_bit(abi, number_);
  if (plain >= index_size) return nullptr;
  const std::int16_t row = by_number[static_cast<int>(abi)][plain];
  return row < 0 ? nullptr : &table[row];
}

bool is_group(std::string_view name) { return std::ranges::find(groups, name) != groups.end(); }

std::span<const std::string_view> all_groups() { return groups; }

bool belongs_to(const Syscall& syscall, std::string_view group) {
  if (group.empty() || group == runtime_group) return !group.empty() && is_runtime_call(syscall);
  return syscall.operation().group == group || operation(syscall.turned).group == group;
}

std::vector<Named> calls_named(std::string_view name) {
  std::vector<Named> calls;
  if (const Syscall* one = find_syscall(name)) calls.push_back({one, Portion::whole});
  if (is_group(name))
    for (const Syscall& syscall : all_syscalls())
      if (belongs_to(syscall, name)) calls.push_back({&syscall, portion_of(syscall, name)});
  return calls;
}

std::string_view name(Role role) {
  switch (role) {
    case Role::none:
      return "none";
    case Role::value:
      return "value";
    case Role::fd:
      return "fd";
    case Role::dirfd:
      return "dirfd";
    case Role::path:
      return "path";
    case Role::mode:
      return "mode";
    case Role::flags:
      return "flags";
    case Role::uid:
      return "uid";
    case Role::gid:
      return "gid";
    case Role::address:
      return "address";
    case Role::pointer:
      return "pointer";
  }
  return "none";
}

}  // namespace scsup

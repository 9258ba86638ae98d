// The three ways into an x86 kernel that a seccomp filter tells apart (seccomp(2), `arch`).
//
// A number alone names no call: 83 is mkdir on x86_64 and symlink on i386. x32 has the x86_64 arch value and
// bit 30 set in the number.
#pragma once

#include <linux/audit.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace scsup {

enum class Abi : std::uint8_t { x86_64, i386, x32 };
inline constexpr int abi_count = 3;
inline constexpr std::uint32_t x32_bit = 0x40000000;

constexpr std::string_view name(Abi abi) {
  return abi == Abi::x86_64 ? "x86_64" : abi == Abi::i386 ? "i386" : "x32";
}
constexpr std::uint32_t audit_arch(Abi abi) { return abi == Abi::i386 ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64; }

// The ABI of a notification; nothing for an arch that is no x86.
constexpr std::optional<Abi> abi_of(std::uint32_t arch, std::uint32_t nr) {
  if (arch == AUDIT_ARCH_I386) return Abi::i386;
  if (arch == AUDIT_ARCH_X86_64) return nr & x32_bit ? Abi::x32 : Abi::x86_64;
  return std::nullopt;
}

}  // namespace scsup

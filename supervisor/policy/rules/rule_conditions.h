// The named and positional conditions of a rule as comparisons of one call's registers on one ABI.
#pragma once

#include <optional>

#include "supervisor/policy/document/document.h"
#include "supervisor/policy/rules/steps.h"

namespace scsup {

// Whether the registers of a call show its arguments. They are `hidden` inside socketcall(2): in memory that another
// thread can change.
enum class Arguments : std::uint8_t { in_registers, hidden };

// Nothing: the rule can't match this call on this ABI. Conditions that can't be checked there (hidden arguments; the
// argument blocks of i386's old mmap and select) fail closed: a deny holds without them, an allow doesn't hold.
std::optional<Conditions> rule_conditions(const Rule& rule, const Named& named, Abi abi, Arguments arguments);

// Distinguishes the named part from the rest of its call; nothing if the whole call is named.
std::optional<Comparison> meant_by(const Named& named, Abi abi);

// The bits of an argument that the kernel looks at.
std::uint64_t width_of(const Syscall& syscall, const Argument& argument);

}  // namespace scsup

// scsup syscalls: the table, for people and for programs.
#include "supervisor/seccomp/syscalls.h"

#include <cstdio>

#include "cli/options.h"
#include "supervisor/audit/json_line.h"
#include "supervisor/seccomp/runtime_calls.h"

namespace scsup {

namespace {

const std::vector<Option> syscalls_options = {{"json", nullptr, "one JSON object per call and line"}};
constexpr const char* syscalls_usage =
    "Usage: scsup syscalls [--json]\n"
    "\n"
    "The system calls that policies can name: numbers, what each argument is, group, emulation.\n";

std::string number(const Syscall& call, Abi abi) {
  const std::int32_t nr = call.number(abi);
  if (nr < 0) return "-";
  return std::to_string(abi == Abi::x32 ? nr & ~static_cast<std::int32_t>(x32_bit) : nr);
}

const char* how(const Syscall& call) {
  if (call.is_performed()) return "emulated";
  return call.runs_program || call.confines ? "watched" : "";
}

std::vector<std::string_view> groups_of(const Syscall& call) {
  std::vector<std::string_view> groups;
  for (const std::string_view group : all_groups())
    if (belongs_to(call, group)) groups.push_back(group);
  return groups;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : ",") + std::string(word);
  return out;
}

std::string roles(const Syscall& call) {
  std::string out;
  int last = 5;
  while (last >= 0 && call.args[last].role == Role::none) --last;
  for (int i = 0; i <= last; ++i) out += (i ? ", " : "") + std::string(name(call.args[i].role));
  return out;
}

void print_json(const Syscall& call) {
  JsonLine line;
  line.open().word("name", call.name).open("nr");
  for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32})
    if (call.number(abi) >= 0) line.number(name(abi), call.number(abi));
  line.close().open_list("args");
  for (const Argument& argument : call.args) line.item_text(name(argument.role));
  line.close_list().open_list("groups");
  for (const std::string_view group : groups_of(call)) line.item_text(group);
  line.close_list().boolean("emulated", call.is_performed()).word("needs", name(call.operation().needs));
  line.boolean("watched", call.runs_program || call.confines).boolean("runtime", is_runtime_call(call));
  line.close().end_line();
  std::fwrite(line.view().data(), 1, line.view().size(), stdout);
}

}  // namespace

int command_syscalls(const Arguments& arguments) {
  try {
    const Options given(arguments, syscalls_options);
    if (given.has("help")) {
      std::fputs(help(syscalls_usage, syscalls_options).c_str(), stdout);
      return 0;
    }
    if (!given.rest().empty()) throw UsageError("'" + given.rest().front() + "' is not expected here");
    if (!given.has("json"))
      std::printf("%-28s %6s %6s %6s  %-14s %-9s %s\n", "NAME", "x86_64", "i386", "x32", "GROUP", "HOW",
                  "ARGUMENTS");
    for (const Syscall& call : all_syscalls()) {
      if (given.has("json")) {
        print_json(call);
        continue;
      }
      std::printf("%-28s %6s %6s %6s  %-14s %-9s %s\n", std::string(call.name).c_str(),
                  number(call, Abi::x86_64).c_str(), number(call, Abi::i386).c_str(),
                  number(call, Abi::x32).c_str(), joined(groups_of(call)).c_str(), how(call),
                  roles(call).c_str());
    }
    return 0;
  } catch (const UsageError& error) {
    complain(std::string(error.what()) + "; try 'scsup syscalls --help'");
    return own_failure;
  }
}

}  // namespace scsup

#include "agent/introduction.h"

#include <linux/capability.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace scsup::agent {
namespace {

struct Capabilities {
  std::uint64_t effective = 0, permitted = 0, inheritable = 0;
};

Capabilities capabilities_of_this_thread() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> halves{};
  ::syscall(SYS_capget, &header, halves.data());
  const auto both = [&](__u32 __user_cap_data_struct::*set) {
    return std::uint64_t{halves[1].*set} << 32 | halves[0].*set;
  };
  return {both(&__user_cap_data_struct::effective), both(&__user_cap_data_struct::permitted),
          both(&__user_cap_data_struct::inheritable)};
}

// The capabilities for which `has` returns 1. It returns -1 for a number that the kernel doesn't know.
template <class Has>
std::uint64_t each(Has has) {
  std::uint64_t set = 0;
  for (unsigned long number = 0; number < 64; ++number)
    if (has(number) == 1) set |= std::uint64_t{1} << number;
  return set;
}

// What a program without file capabilities will be permitted (capabilities(7), "Transformation of
// capabilities during execve()" and "Capabilities and execution of programs by root").
std::uint64_t capabilities_after_exec() {
  const Capabilities now = capabilities_of_this_thread();
  const bool root = ::getuid() == 0 || ::geteuid() == 0;
  if (!root || ::prctl(PR_GET_SECUREBITS) & SECBIT_NOROOT) {
    return each([](unsigned long n) { return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, n, 0UL, 0UL); });
  }
  const std::uint64_t bounding =
      each([](unsigned long n) { return ::prctl(PR_CAPBSET_READ, n, 0UL, 0UL, 0UL); });
  const std::uint64_t gained = bounding | now.inheritable;
  // Loading a filter without CAP_SYS_ADMIN requires no_new_privs, under which exec never adds permitted capabilities.
  const bool no_new_privs = ::prctl(PR_GET_NO_NEW_PRIVS, 0UL, 0UL, 0UL, 0UL) == 1 ||
                            !(now.effective & std::uint64_t{1} << CAP_SYS_ADMIN);
  return no_new_privs ? gained & now.permitted : gained;
}

// $HOME, else the home in /etc/passwd. Read directly: getpwuid would load libraries into a static program.
std::string home() {
  if (const char* variable = std::getenv("HOME"); variable && variable[0] == '/') return variable;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/etc/passwd", "re"), &std::fclose);
  if (!file) return {};
  while (const passwd* entry = ::fgetpwent(file.get()))
    if (entry->pw_uid == ::getuid()) return entry->pw_dir;
  return {};
}

std::string working_directory() {
  const std::unique_ptr<char, void (*)(void*)> name(::getcwd(nullptr, 0), &std::free);
  return name && name.get()[0] == '/' ? name.get() : "";
}

// A path that is too long is left out, never cut: a policy that needs it is refused.
std::string or_nothing(std::string path) { return path.size() > handshake::string_limit ? "" : path; }

}  // namespace

handshake::Hello introduce(const Command& command) {
  return {command.policy,     command.argv.front(),      or_nothing(working_directory()),
          or_nothing(home()), capabilities_after_exec(), command.policy_file};
}

}  // namespace scsup::agent

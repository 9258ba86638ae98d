#include "analysis/explain/observed_profile.h"

#include <cerrno>

#include "supervisor/policy/text/json_text.h"
#include "supervisor/seccomp/runtime_calls.h"

namespace scsup::analysis {
namespace {

Json entry(const std::set<std::string>& names, std::string_view comment) {
  Json json = json_object();
  set(json, "names", json_list(std::vector<std::string>(names.begin(), names.end())));
  set(json, "action", json_string("SCMP_ACT_ALLOW"));
  set(json, "comment", json_string(comment));
  return json;
}

Json architectures(const std::set<Abi>& abis) {
  Json machine = json_object();
  std::vector<std::string> others;
  if (abis.contains(Abi::i386)) others.emplace_back("SCMP_ARCH_X86");
  if (abis.contains(Abi::x32)) others.emplace_back("SCMP_ARCH_X32");
  set(machine, "architecture", json_string("SCMP_ARCH_X86_64"));
  set(machine, "subArchitectures", json_list(others));
  return json_list(std::vector<Json>{std::move(machine)});
}

}  // namespace

std::string observed_profile(const ObservedCalls& calls, const std::string& comment) {
  std::set<std::string> by_filter, runtimes;
  for (const std::string& name : calls.by_filter)
    if (!calls.allowed.contains(name)) by_filter.insert(name);
  for (const Syscall& syscall : all_syscalls()) {
    const std::string name(syscall.name);
    if (is_runtime_call(syscall) && !calls.allowed.contains(name) && !by_filter.contains(name))
      runtimes.insert(name);
  }
  std::vector<Json> entries;
  if (!calls.allowed.empty()) entries.push_back(entry(calls.allowed, comment));
  if (!by_filter.empty())
    entries.push_back(entry(by_filter, "The filter let these through without a record."));
  if (!runtimes.empty())
    entries.push_back(entry(runtimes, "What runc and crun do themselves before they start the program."));
  Json profile = json_object();
  set(profile, "defaultAction", json_string("SCMP_ACT_ERRNO"));
  set(profile, "defaultErrnoRet", json_number(ENOSYS));
  set(profile, "archMap", architectures(calls.abis));
  set(profile, "syscalls", json_list(std::move(entries)));
  return json_page(profile);
}

}  // namespace scsup::analysis

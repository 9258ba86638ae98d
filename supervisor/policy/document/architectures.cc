#include "supervisor/policy/document/architectures.h"

#include <algorithm>
#include <optional>

namespace scsup {
namespace {

std::optional<Abi> abi_named(std::string_view architecture) {
  if (architecture == "SCMP_ARCH_X86_64" || architecture == "SCMP_ARCH_NATIVE") return Abi::x86_64;
  if (architecture == "SCMP_ARCH_X86") return Abi::i386;
  if (architecture == "SCMP_ARCH_X32") return Abi::x32;
  return std::nullopt;
}

}  // namespace

std::vector<Abi> admitted_abis(const Profile& profile, Diagnostics& diagnostics) {
  std::vector<Located<std::string>> listed = profile.architectures;
  if (listed.empty()) {
    for (const auto& [architecture, sub] : profile.arch_map) {
      if (abi_named(architecture.value) != Abi::x86_64) continue;
      listed = sub;
      listed.insert(listed.begin(), architecture);
      break;
    }
  }
  std::vector<Abi> abis{Abi::x86_64};
  bool native = listed.empty();
  for (const auto& architecture : listed) {
    const auto abi = abi_named(architecture.value);
    if (abi == Abi::x86_64) native = true;
    if (abi && std::ranges::find(abis, *abi) == abis.end()) abis.push_back(*abi);
  }
  if (!native)
    diagnostics.push_back(
        {Diagnostic::Severity::warning, listed.front().place,
         "SCMP_ARCH_X86_64 is not listed; it is admitted all the same, as Docker does, because "
         "the command is started through it"});
  std::ranges::sort(abis);
  return abis;
}

}  // namespace scsup

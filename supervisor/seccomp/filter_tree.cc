#include "supervisor/seccomp/filter_tree.h"

#include <seccomp.h>
#include <sys/stat.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/sealed.h"

namespace scsup {
namespace {

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

std::uint32_t token(Abi abi) {
  switch (abi) {
    case Abi::x86_64:
      return SCMP_ARCH_X86_64;
    case Abi::i386:
      return SCMP_ARCH_X86;
    case Abi::x32:
      return SCMP_ARCH_X32;
  }
  return SCMP_ARCH_NATIVE;
}

std::string libseccomp_name(Abi abi, std::uint32_t nr) {
  const std::unique_ptr<char, decltype(&std::free)> known(
      seccomp_syscall_resolve_num_arch(token(abi), static_cast<int>(nr)), &std::free);
  return known ? known.get() : "";
}

// libseccomp sees only labels, ERRNO(1), ERRNO(2)..., that stand for the actions: it refuses some actions that the
// kernel accepts (TRAP with data, ERRNO 4095), and others depending on the running kernel.
class Labels {
 public:
  std::uint32_t operator()(std::uint32_t action) {
    const auto known = std::ranges::find(actions_, action);
    const auto index = static_cast<std::uint32_t>(known - actions_.begin());
    if (known == actions_.end()) actions_.push_back(action);
    return SCMP_ACT_ERRNO(index + 1);
  }
  void replace(Program& program) const {
    for (sock_filter& instruction : program)
      if (instruction.code == (BPF_RET | BPF_K)) instruction.k = actions_.at((instruction.k & 0xffff) - 1);
  }

 private:
  std::vector<std::uint32_t> actions_;
};

Result<Program> exported(const Filter& filter) {
  const Fd file = new_memfd("scsup-filter");
  if (!file) return failed("cannot create a memfd for the filter");
  if (const int rc = seccomp_export_bpf(filter.get(), file.get()); rc < 0)
    return failed(-rc, "libseccomp cannot export the filter");
  struct stat status {};
  if (fstat(file.get(), &status) < 0) return failed("cannot read the filter back");
  Program program(static_cast<std::size_t>(status.st_size) / sizeof(sock_filter));
  const auto bytes = static_cast<ssize_t>(program.size() * sizeof(sock_filter));
  if (pread(file.get(), program.data(), static_cast<std::size_t>(bytes), 0) != bytes)
    return failed("cannot read the filter back");
  return program;
}

}  // namespace

bool tree_can_hold(Abi abi, std::uint32_t nr) {
  if (nr > INT_MAX)
    return false;  // libseccomp's pseudo numbers are negative: -101 is socket, by whichever call
  // socket (359) and similar calls come back as pseudo numbers on i386: a rule for one covers socketcall too.
  const std::string known = libseccomp_name(abi, nr);
  return !known.empty() &&
         seccomp_syscall_resolve_name_arch(token(abi), known.c_str()) == static_cast<int>(nr);
}

Result<Program> make_tree(std::span<const Abi> abis, std::uint32_t default_action,
                          std::span<const CallPlan* const> calls) {
  const auto refused = [](int rc, const std::string& step) {
    return failed(-rc, "libseccomp cannot " + step);
  };
  Labels labels;
  Filter whole;
  for (Abi abi : abis) {
    Filter filter(seccomp_init(labels(default_action)));
    if (!filter) return failed(ENOMEM, "libseccomp cannot start a filter");
    // One filter for each ABI, because libseccomp adds a rule to all ABIs of its filter, translated by name.
    int rc = seccomp_arch_remove(filter.get(), SCMP_ARCH_NATIVE);
    if (rc == 0) rc = seccomp_arch_add(filter.get(), token(abi));
    if (rc == 0)
      rc = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, labels(SECCOMP_RET_KILL_PROCESS));
    if (rc == 0) rc = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (rc < 0) return refused(rc, "set up a filter for " + std::string(name(abi)));
    for (const CallPlan* call : calls) {
      if (call->abi != abi) continue;
      // Rules need the native number, or a pseudo one, of the call's name.
      const std::string known = libseccomp_name(abi, call->nr);
      rc = seccomp_rule_add_exact(filter.get(), labels(call->otherwise),
                                  seccomp_syscall_resolve_name(known.c_str()), 0);
      if (rc < 0) return refused(rc, "add " + known + " for " + std::string(name(abi)));
    }
    if (!whole) {
      whole = std::move(filter);
    } else if (rc = seccomp_merge(whole.get(), filter.get()); rc < 0) {
      return refused(rc, "merge the filter for " + std::string(name(abi)));
    } else {
      (void)filter.release();  // it belongs to `whole` now
    }
  }
  auto program = exported(whole);
  if (program) labels.replace(*program);
  return program;
}

}  // namespace scsup

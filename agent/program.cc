#include "agent/program.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/conversation.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)  // 5.19
#endif

namespace scsup::agent {
namespace {

constexpr std::uint32_t known_flags = SECCOMP_FILTER_FLAG_NEW_LISTENER |
                                      SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | SECCOMP_FILTER_FLAG_LOG |
                                      SECCOMP_FILTER_FLAG_SPEC_ALLOW;

Result<std::vector<sock_filter>> read_program(const Fd& memfd) {
  // Only a memfd has seals: reading a pipe could block for ever.
  const int seals = ::fcntl(memfd.get(), F_GET_SEALS);
  if (seals < 0 || !(seals & F_SEAL_WRITE))
    return failed(0, "the supervisor's filter is not in a sealed memfd");
  struct stat status {};
  if (::fstat(memfd.get(), &status) < 0) return failed("cannot look at the supervisor's filter");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size % sizeof(sock_filter) != 0 || size == 0 || size > BPF_MAXINSNS * sizeof(sock_filter))
    return failed(0, "the supervisor's filter of " + std::to_string(size) + " bytes is no program of 1 to " +
                         std::to_string(BPF_MAXINSNS) + " instructions");
  std::vector<sock_filter> instructions(size / sizeof(sock_filter));
  const ssize_t got = ::pread(memfd.get(), instructions.data(), size, 0);
  if (got < 0) return failed("cannot read the supervisor's filter");
  if (static_cast<std::size_t>(got) != size) return failed(0, "the supervisor's filter became shorter");
  return instructions;
}

}  // namespace

Result<Filter> hear_program(const Fd& socket) {
  std::vector<Fd> fds;
  const auto program = hear<handshake::Program>(socket, "the filter", &fds);
  if (!program) return failed(program.error());
  if (!(program->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) || program->flags & ~known_flags)
    return failed(0, "the supervisor wants its filter loaded with flags " + std::to_string(program->flags) +
                         ", which an agent can't do");
  if (fds.size() != 1)
    return failed(
        0, "the supervisor sent " + std::to_string(fds.size()) + " descriptors with its filter, not one");
  auto instructions = read_program(fds.front());
  if (!instructions) return failed(instructions.error());
  return Filter{std::move(*instructions), program->flags, program->exec_waits};
}

}  // namespace scsup::agent

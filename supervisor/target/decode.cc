#include "supervisor/target/decode.h"

#include <algorithm>

#include "supervisor/target/memory.h"

namespace scsup {

std::optional<Call> decode_registers(const seccomp_data& data) {
  const std::optional<Abi> abi = abi_of(data.arch, static_cast<std::uint32_t>(data.nr));
  if (!abi) return std::nullopt;
  Call call;
  call.abi = *abi;
  call.nr = static_cast<std::uint32_t>(data.nr);
  call.syscall = find_syscall(*abi, call.nr);
  std::copy(std::begin(data.args), std::end(data.args), call.args.begin());

  if (const auto dirfd = call.value(Role::dirfd)) call.dirfd = static_cast<int>(*dirfd);
  if (const auto mode = call.value(Role::mode)) call.mode = *mode & 07777;
  if (const auto flags = call.value(Role::flags)) call.flags = static_cast<std::uint32_t>(*flags);
  const bool by_descriptor =
      call.syscall && call.syscall->family == Family::chmod && call.syscall->position(Role::path) < 0;
  if (by_descriptor) {  // fchmod(fd, mode) is fchmodat2(fd, "", mode, AT_EMPTY_PATH)
    call.dirfd = static_cast<int>(*call.value(Role::fd));
    call.path.emplace();
    call.flags = AT_EMPTY_PATH;
  }
  return call;
}

std::optional<Call> decode(const Request& request) {
  std::optional<Call> call = decode_registers(request.data());
  if (!call || !call->syscall) return call;
  const int position = call->syscall->position(Role::path, call->abi);
  if (position < 0) return call;
  std::uint64_t address = call->args[position];
  if (call->abi == Abi::i386) address &= 0xffffffff;
  auto read = read_path(static_cast<pid_t>(request.tid()), RemoteAddress{address});
  if (auto* path = std::get_if<std::string>(&read))
    call->path = std::move(*path);
  else
    call->path_error = std::get<ReadFailure>(read).err;
  return call;
}

}  // namespace scsup

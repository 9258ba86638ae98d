#include "supervisor/target/decode.h"

#include <algorithm>
#include <array>

#include "supervisor/target/memory.h"

namespace scsup {

std::optional<Call> decode_registers(const seccomp_data& data) {
  const std::optional<Abi> abi = abi_of(data.arch, static_cast<std::uint32_t>(data.nr));
  if (!abi) return std::nullopt;
  std::array<std::uint64_t, 6> args;
  std::copy(std::begin(data.args), std::end(data.args), args.begin());
  return call_of(*abi, static_cast<std::uint32_t>(data.nr), args);
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
    call->operand.path = std::move(*path);
  else
    call->operand.path_error = std::get<ReadFailure>(read).err;
  return call;
}

}  // namespace scsup

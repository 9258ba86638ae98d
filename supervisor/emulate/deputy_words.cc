#include "supervisor/emulate/deputy_words.h"

#include <utility>

namespace scsup {

namespace {

constexpr std::uint64_t deepest = 64;  // PID namespaces nest 32 deep

void pack_numbers(Packer& packer, const std::vector<pid_t>& numbers) {
  packer.number(numbers.size());
  for (const pid_t number : numbers) packer.number(static_cast<std::uint64_t>(number));
}

bool unpack_numbers(Parcel& parcel, std::vector<pid_t>& numbers) {
  const std::uint64_t count = parcel.number();
  if (count > deepest) return false;
  for (std::uint64_t i = 0; i < count; ++i) numbers.push_back(static_cast<pid_t>(parcel.number()));
  return true;
}

}  // namespace

Packer pack_resolve(const Call& call, const Task& task, const Start& start) {
  Packer packer(Word::resolve);
  packer.number(static_cast<std::uint64_t>(call.abi)).number(call.nr).text(*call.operand.path);
  for (const std::uint64_t arg : call.args) packer.number(arg);
  packer.number(task.start).text(start.root.name()).text(start.name);
  packer.number(start.directory ? 1 : 0).number(start.is_object ? 1 : 0);
  pack_numbers(packer, task.pids);
  pack_numbers(packer, task.tgids);
  return packer;
}

std::optional<Errands> unpack_resolve(Parcel& parcel) {
  Errands errands;
  const std::uint64_t abi = parcel.number(), nr = parcel.number();
  if (abi >= abi_count) return {};
  std::string path = parcel.text();
  std::array<std::uint64_t, 6> args;
  for (std::uint64_t& arg : args) arg = parcel.number();
  Call& call = errands.call = call_of(static_cast<Abi>(abi), static_cast<std::uint32_t>(nr), args);
  call.operand.path = std::move(path);
  Task& task = errands.task;
  task.start = parcel.number();
  std::string root_name = parcel.text();
  errands.start.name = parcel.text();
  const bool relative = parcel.number() != 0;
  errands.start.is_object = parcel.number() != 0;
  if (!unpack_numbers(parcel, task.pids) || !unpack_numbers(parcel, task.tgids) || !parcel.whole()) return {};
  Fd root = parcel.fd();
  if (relative) errands.start.directory = parcel.fd();
  if (!call.syscall || !root || (relative && !errands.start.directory)) return {};
  errands.start.root = Root(std::move(root), std::move(root_name));
  return errands;
}

Packer pack_object(const Object& object) {
  return std::move(Packer(Word::resolved)
                       .number(static_cast<std::uint64_t>(object.state))
                       .number(static_cast<std::uint64_t>(object.err))
                       .text(object.path));
}

std::optional<Object> unpack_object(Parcel& parcel) {
  Object object;
  const std::uint64_t state = parcel.number();
  object.err = static_cast<int>(parcel.number());
  object.path = parcel.text();
  object.state = state == static_cast<std::uint64_t>(Object::State::found) ? Object::State::found
                                                                           : Object::State::failed;
  if (!parcel.whole() || (object.state == Object::State::failed && object.err <= 0)) return {};
  return object;
}

}  // namespace scsup

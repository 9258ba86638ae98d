#include "supervisor/policy/document/multiplexed.h"

#include <algorithm>
#include <utility>

namespace scsup {
namespace {

// linux:include/uapi/linux/net.h
constexpr std::pair<std::string_view, std::uint32_t> sockets[] = {
    {"socket", 1},      {"bind", 2},        {"connect", 3},    {"listen", 4},      {"accept", 5},
    {"getsockname", 6}, {"getpeername", 7}, {"socketpair", 8}, {"send", 9},        {"recv", 10},
    {"sendto", 11},     {"recvfrom", 12},   {"shutdown", 13},  {"setsockopt", 14}, {"getsockopt", 15},
    {"sendmsg", 16},    {"recvmsg", 17},    {"accept4", 18},   {"recvmmsg", 19},   {"sendmmsg", 20}};
// linux:include/uapi/linux/ipc.h
constexpr std::pair<std::string_view, std::uint32_t> ipcs[] = {
    {"semop", 1},   {"semget", 2},  {"semctl", 3}, {"semtimedop", 4}, {"msgsnd", 11}, {"msgrcv", 12},
    {"msgget", 13}, {"msgctl", 14}, {"shmat", 21}, {"shmdt", 22},     {"shmget", 23}, {"shmctl", 24}};

}  // namespace

std::optional<Multiplexed> multiplexed_on_i386(std::string_view name) {
  const auto named = [&](const auto& row) { return row.first == name; };
  if (const auto row = std::ranges::find_if(sockets, named); row != std::end(sockets))
    return Multiplexed{find_syscall("socketcall"), {0, Compare::eq, row->second, 0xffffffff}};
  // ipc(2) takes a version in the upper half of its first argument: ipc(0x10001) is semop as well.
  if (const auto row = std::ranges::find_if(ipcs, named); row != std::end(ipcs))
    return Multiplexed{find_syscall("ipc"), {0, Compare::eq, row->second, 0xffff}};
  return std::nullopt;
}

std::vector<std::string_view> multiplexed_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, number] : sockets) names.push_back(name);
  for (const auto& [name, number] : ipcs) names.push_back(name);
  return names;
}

}  // namespace scsup

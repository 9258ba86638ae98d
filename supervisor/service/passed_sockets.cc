#include "supervisor/service/passed_sockets.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "supervisor/service/manager_variable.h"

namespace scsup {
namespace {

constexpr std::uint64_t most = 64;  // a larger number means a broken environment

std::vector<std::string> split_at_colons(const std::string& names) {
  std::vector<std::string> all(1);
  for (const char c : names) {
    if (c == ':')
      all.emplace_back();
    else
      all.back() += c;
  }
  return all;
}

Result<int> option(const Fd& socket, int name, const std::string& what) {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(socket.get(), SOL_SOCKET, name, &value, &size) != 0) return failed("cannot use " + what);
  return value;
}

Result<void> look_at(PassedSocket& socket, const std::string& what) {
  const auto domain = option(socket.fd, SO_DOMAIN, what);
  if (!domain) return failed(domain.error());
  const auto listens = option(socket.fd, SO_ACCEPTCONN, what);
  if (!listens) return failed(listens.error());
  const auto type = option(socket.fd, SO_TYPE, what);
  if (!type) return failed(type.error());
  if (*domain != AF_UNIX || *listens == 0)
    return failed(0, "cannot use " + what + ": it is no listening unix socket");
  socket.type = *type;
  sockaddr_un address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket.fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return failed("cannot use " + what);
  if (size > offsetof(sockaddr_un, sun_path) && address.sun_path[0] == '/')
    socket.path.assign(address.sun_path, strnlen(address.sun_path, size - offsetof(sockaddr_un, sun_path)));
  const int flags = ::fcntl(socket.fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket.fd.get(), F_SETFL, flags | O_NONBLOCK) != 0)
    return failed("cannot use " + what);
  return {};
}

}  // namespace

Result<std::vector<PassedSocket>> take_passed_sockets(int first) {
  const std::string pid = take_variable("LISTEN_PID"), fds = take_variable("LISTEN_FDS"),
                    names = take_variable("LISTEN_FDNAMES");
  std::vector<PassedSocket> sockets;
  if (number_in(pid) != static_cast<std::uint64_t>(::getpid()))
    return sockets;  // another process's: we are its child
  const auto count = number_in(fds);
  if (!count || *count > most)
    return failed(0, "cannot use the sockets that were passed: $LISTEN_FDS is '" + fds + "'");
  const auto all = split_at_colons(names);
  for (int i = 0; i < static_cast<int>(*count); ++i) {
    PassedSocket socket;
    const int fd = first + i;
    const std::string what = "the socket that was passed as descriptor " + std::to_string(fd);
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return failed("cannot use " + what);
    socket.fd.reset(fd);
    if (static_cast<std::size_t>(i) < all.size()) socket.name = all[static_cast<std::size_t>(i)];
    if (auto fine = look_at(socket, what); !fine) return failed(fine.error());
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

}  // namespace scsup

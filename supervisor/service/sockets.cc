#include "supervisor/service/sockets.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>

#include "base/socket.h"

namespace scsup {
namespace {

using Which = ServiceSockets::Socket ServiceSockets::*;

struct Kind {
  std::string_view name;
  Which which;
  SocketSetting SocketSettings::*setting;
  Carries carries;
};
constexpr Kind kinds[] = {
    {"agent", &ServiceSockets::agent, &SocketSettings::agent, Carries::packets},
    {"oci", &ServiceSockets::oci, &SocketSettings::oci, Carries::stream},
    {"control", &ServiceSockets::control, &SocketSettings::control, Carries::stream},
};

int type_of(Carries carries) { return carries == Carries::stream ? SOCK_STREAM : SOCK_SEQPACKET; }

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

const Kind* kind_of(const PassedSocket& passed, const SocketSettings& settings) {
  for (const Kind& kind : kinds)
    if (passed.name == kind.name) return &kind;
  if (passed.path.empty()) return nullptr;
  for (const Kind& kind : kinds)
    if (passed.path == (settings.*kind.setting).path) return &kind;
  const std::string last = passed.path.substr(passed.path.rfind('/') + 1);
  for (const Kind& kind : kinds)
    if (last == kind.name || last == std::string(kind.name) + ".sock") return &kind;
  return nullptr;
}

bool is_socket(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

// Waits until no process holds the socket at `path` any more. False: that takes longer than `end`, or there is none.
bool is_let_go(const std::string& path, int type, std::chrono::steady_clock::time_point end) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const Fd probe(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return false;
  if (::connect(probe.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return errno == ECONNREFUSED && is_socket(path);  // it was let go meanwhile
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  pollfd hang_up{probe.get(), POLLIN, 0};
  return left.count() > 0 && ::poll(&hang_up, 1, static_cast<int>(left.count())) == 1;
}

// When a service is killed, the kernel takes down its io_uring only after its death, and until then the ring's polls
// hold the sockets: connecting still works. We have the lock, so no service lives, and waiting is worth it.
Result<Fd> listen_after_the_dead(Carries carries, const SocketSetting& setting) {
  constexpr std::chrono::seconds patience{2};
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto fd = listen_unix(setting.path, carries, setting.group);
    if (fd || fd.error().err != EADDRINUSE || std::chrono::steady_clock::now() >= end) return fd;
    if (!is_let_go(setting.path, type_of(carries), end)) return fd;
  }
}

std::string said_of(const PassedSocket& passed) {
  return "the socket '" + passed.name + "'" + (passed.path.empty() ? "" : " at '" + passed.path + "'") +
         " that was passed to the service";
}

}  // namespace

Result<ServiceSockets> ServiceSockets::open(const SocketSettings& settings, const Places& places,
                                            std::vector<PassedSocket> passed) {
  ServiceSockets sockets;
  for (PassedSocket& one : passed) {
    const Kind* kind = kind_of(one, settings);
    if (!kind) return failed(0, said_of(one) + " is unknown: FileDescriptorName= is agent, oci or control");
    if (one.type != type_of(kind->carries))
      return failed(0, said_of(one) + " is of the wrong type: the " + std::string(kind->name) +
                           " socket is " +
                           (kind->carries == Carries::stream ? "ListenStream=" : "ListenSequentialPacket="));
    if ((sockets.*kind->which).fd)
      return failed(0, said_of(one) + " is the second " + std::string(kind->name) + " socket");
    if (auto taken = sockets.take(kind->which, std::move(one)); !taken) return failed(taken.error());
  }
  for (const Kind& kind : kinds)
    if (!(sockets.*kind.which).fd && !(settings.*kind.setting).path.empty())
      if (auto made = sockets.make(kind.which, kind.carries, settings.*kind.setting, places); !made)
        return failed(made.error());
  return sockets;
}

Result<void> ServiceSockets::take(Which which, PassedSocket passed) {
  if (!passed.path.empty()) {
    auto lock = SocketLock::take(passed.path);
    // Where we may not write, only the service manager ensures that there is one service.
    const int err = lock ? 0 : lock.error().err;
    if (!lock && err != EACCES && err != EPERM && err != EROFS) return failed(lock.error());
    if (lock) locks_.push_back(std::move(*lock));
  }
  this->*which = {std::move(passed.fd), std::move(passed.path), true};
  return {};
}

Result<void> ServiceSockets::make(Which which, Carries carries, const SocketSetting& setting,
                                  const Places& places) {
  if (!places.runtime.empty() && directory_of(setting.path) == places.runtime)
    if (auto made = make_runtime_directory(places.runtime); !made) return made;
  auto lock = SocketLock::take(setting.path);
  if (!lock) return failed(lock.error());
  locks_.push_back(std::move(*lock));
  auto fd = listen_after_the_dead(carries, setting);
  if (!fd) return failed(fd.error());
  struct stat status {};
  if (::lstat(setting.path.c_str(), &status) == 0)
    made_.push_back({setting.path, status.st_dev, status.st_ino});
  this->*which = {std::move(*fd), setting.path, false};
  return {};
}

void ServiceSockets::remove() {
  for (const Made& made : made_) {
    struct stat status {};
    // Another socket may have been put there.
    if (::lstat(made.path.c_str(), &status) == 0 && status.st_dev == made.device &&
        status.st_ino == made.inode)
      ::unlink(made.path.c_str());
  }
  made_.clear();
  for (SocketLock& lock : locks_) lock.release();
  locks_.clear();
}

}  // namespace scsup

// The sockets of the service: opened by ourselves, or passed by a service manager.
//
// Each socket is guarded by a lock (socket_lock.h), so a second service on the same one is refused with the
// first one's pid. Agents speak packets; container runtimes and the control commands speak streams.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/socket.h"
#include "supervisor/config/config.h"
#include "supervisor/service/passed_sockets.h"
#include "supervisor/service/socket_lock.h"

namespace scsup {

class ServiceSockets {
 public:
  // Opens the sockets that `settings` names and `passed` doesn't contain. A passed socket is recognized by its name
  // ("agent", "oci", "control"), else by its path: the one in `settings`, or a path that ends in such a name. The
  // directory Places::runtime is made if a socket is in it. All or none: after an error nothing is left.
  static Result<ServiceSockets> open(const SocketSettings& settings, const Places& places,
                                     std::vector<PassedSocket> passed);

  ServiceSockets() = default;
  ServiceSockets(ServiceSockets&&) = default;
  ServiceSockets& operator=(ServiceSockets&&) = default;
  ~ServiceSockets() { remove(); }

  struct Socket {
    Fd fd;             // listening, non-blocking; empty: not opened
    std::string path;  // for messages; "" if it has none
    bool passed = false;
  };
  Socket agent, oci, control;

  // Removes the files of the sockets that we have made, and the locks. Passed sockets stay: the service manager
  // listens on them. The descriptors stay open.
  void remove();

 private:
  struct Made {
    std::string path;
    dev_t device;
    ino_t inode;
  };
  Result<void> take(Socket ServiceSockets::*which, PassedSocket passed);
  Result<void> make(Socket ServiceSockets::*which, Carries carries, const SocketSetting& setting,
                    const Places& places);
  std::vector<Made> made_;
  std::vector<SocketLock> locks_;
};

}  // namespace scsup

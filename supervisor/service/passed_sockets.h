// Sockets that a service manager has opened for us, sd_listen_fds(3): descriptors from 3 on, described by
// $LISTEN_PID, $LISTEN_FDS and $LISTEN_FDNAMES.
//
// Implemented here and not by libsystemd: the protocol is three variables, documented for such use (sd_listen_fds(3),
// NOTES), and every scsup would need the library, even where there is no systemd.
#pragma once

#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace scsup {

struct PassedSocket {
  std::string name;  // $LISTEN_FDNAMES: FileDescriptorName= of the socket unit, by default the unit's name
  std::string path;  // where it is bound
  int type = 0;      // SOCK_STREAM, SOCK_SEQPACKET
  Fd fd;             // close-on-exec and non-blocking
};

// Nothing if none were passed to this process. The variables are taken out of the environment: they are not for our
// children. An error if one of the descriptors is not a listening unix socket. To be called before there are threads,
// and before anything else is opened.
Result<std::vector<PassedSocket>> take_passed_sockets(int first = 3);

}  // namespace scsup

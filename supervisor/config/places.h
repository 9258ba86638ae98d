// Default places of the service's files (scsup-serve(8), FILES), and the directory of its sockets.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"

namespace scsup {

struct Places {
  std::string runtime;   // of the sockets: /run/scsup for root, else $XDG_RUNTIME_DIR/scsup; "": not known
  std::string config;    // a file: /etc/scsup/config.json, else scsup/config.json in the XDG config directory
  std::string policies;  // a directory beside `config`
};

// For the calling user. As the XDG base directory specification requires, relative paths are ignored.
Places default_places();

// The sockets' paths below Places::runtime; "" if that isn't known.
std::string default_socket(const Places& places, const char* name);

// Makes the directory if it is missing (its parent must exist): mode 0711 for root, so that a socket's group gets
// through, 0700 for others. An existing one must be a directory and no link, must belong to ourselves or root, and
// nobody else may write to it: otherwise another user could put a socket of their own in its place.
Result<void> make_runtime_directory(const std::string& path);

}  // namespace scsup

// Where the service's things are when nobody says otherwise (scsup-serve(8), FILES), and the directory of its
// sockets.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"

namespace scsup {

struct Places {
  std::string runtime;   // of the sockets: /run/scsup for root, else $XDG_RUNTIME_DIR/scsup; "": not known
  std::string config;    // a file: /etc/scsup/config.json, else scsup/config.json in the XDG config directory
  std::string policies;  // a directory beside it
};

// Of the user who calls. The XDG base directory specification ignores relative paths, so does this.
Places default_places();

// The sockets' paths below Places::runtime; "" when that isn't known.
std::string default_socket(const Places& places, const char* name);

// Makes the directory if it isn't there (its parent must be): mode 0711 for root, so that a socket's group
// gets through, 0700 for others. One that is there has to be a directory and no link, its owner ourselves or
// root, and nobody else may write to it: else another user could put a socket of their own in our place.
Result<void> make_runtime_directory(const std::string& path);

}  // namespace scsup
